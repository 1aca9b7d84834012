# Runs every check of Foreword; with arguments, pytest alone with them.
. (Join-Path $PSScriptRoot 'environment.ps1')
Initialize-Environment 'requirements-dev.lock'
Set-Location -LiteralPath $Root
$Failed = 0
if ($args.Count -eq 0) {
    & "$Scripts\ruff.exe" check
    if ($LASTEXITCODE -ne 0) { $Failed = 1 }
    & "$Scripts\ruff.exe" format --check
    if ($LASTEXITCODE -ne 0) { $Failed = 1 }
    & "$Scripts\mypy.exe"
    if ($LASTEXITCODE -ne 0) { $Failed = 1 }
    & "$Scripts\lint-imports.exe" --no-logo
    if ($LASTEXITCODE -ne 0) { $Failed = 1 }
}
if ($args.Count -eq 0) { & $Python -m pytest -n auto --dist loadfile } else { & $Python -m pytest @args }
if ($LASTEXITCODE -ne 0) { $Failed = 1 }
exit $Failed
