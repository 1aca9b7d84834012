# Starts Foreword, and sets up what it needs when it is not there yet. All arguments go to the program.
. (Join-Path $PSScriptRoot 'environment.ps1')
Initialize-Environment 'requirements.lock'
& $Python -I -m desktop @args
exit $LASTEXITCODE
