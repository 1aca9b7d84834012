# Makes .venv what the lock files say; read by run.ps1 and test.ps1. Windows PowerShell 5.1 or newer.
$ErrorActionPreference = 'Stop'
$Root = Split-Path -Parent $PSScriptRoot
$Scripts = Join-Path $Root '.venv\Scripts'
$Python = Join-Path $Scripts 'python.exe'
$MadeFrom = Join-Path $Root '.venv\made-from'

function Stop-Setup([string] $Reason) {
    Write-Host $Reason
    exit 1
}

function Assert-Success([string] $Step) {
    if ($LASTEXITCODE -ne 0) { Stop-Setup "$Step did not work: its reason stands above." }
}

# The path of the first of the computer's own Pythons that is new enough.
function Find-Python {
    $Question = 'import sys; print(sys._base_executable) if sys.version_info >= (3, 11) else sys.exit(1)'
    if (Get-Command py -ErrorAction SilentlyContinue) {
        $Found = & py -3 -c $Question
        if ($LASTEXITCODE -eq 0) { return $Found }
    }
    if (Get-Command python -ErrorAction SilentlyContinue) {
        $Found = & python -c $Question
        if ($LASTEXITCODE -eq 0) { return $Found }
    }
    Stop-Setup 'Foreword needs Python 3.11 or newer, and this computer has none.'
}

# What .venv is made from: a lock, the project's own data and a place; a change of any of it installs anew.
function Get-Description([string] $Lock) {
    $Sources = (Join-Path $Root $Lock), (Join-Path $Root 'pyproject.toml'), (Join-Path $PSScriptRoot 'environment.ps1')
    $Hashes = (Get-FileHash -LiteralPath $Sources).Hash -join ' '
    return "$Lock|$Hashes|$Root"
}

function Initialize-Environment([string] $Lock) {
    $Recorded = ''
    if (Test-Path -LiteralPath $MadeFrom) { $Recorded = (Get-Content -LiteralPath $MadeFrom -Raw).Trim() }
    # The tests' lock holds the program's lock and more: a .venv that has been made for tests stays so.
    if ($Recorded.StartsWith('requirements-dev.lock')) { $Lock = 'requirements-dev.lock' }
    if ($Recorded -eq (Get-Description $Lock)) { return }

    Write-Host "Setting up Foreword in $Root\.venv; later starts skip this."
    $Base = Find-Python
    if (Test-Path -LiteralPath (Join-Path $Root '.venv')) {
        Remove-Item -LiteralPath (Join-Path $Root '.venv') -Recurse -Force
    }
    & $Base -m venv --without-pip (Join-Path $Root '.venv')
    Assert-Success 'Making .venv'
    $Installer = Join-Path $Root '.venv\installer'
    & $Base -m venv $Installer
    Assert-Success 'Making the place for uv'
    $InstallerLock = Join-Path $PSScriptRoot 'installer.lock'
    & "$Installer\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $InstallerLock
    Assert-Success 'Fetching uv'
    $Uv = "$Installer\Scripts\uv.exe"
    $DevelopmentLock = Join-Path $Root 'requirements-dev.lock'
    & $Uv pip sync --python $Python --require-hashes --no-build --compile-bytecode (Join-Path $Root $Lock)
    Assert-Success 'Installing what Foreword needs'
    & $Uv pip install --quiet --python $Python --no-deps --build-constraints $DevelopmentLock --editable $Root
    Assert-Success 'Installing Foreword'
    Set-Content -LiteralPath $MadeFrom -Value (Get-Description $Lock) -Encoding UTF8
}
