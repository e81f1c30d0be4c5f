// The same template without azd: az deployment sub create --location REGION --parameters infra/prod.bicepparam
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'oncall-prod')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param tier = 'prod'
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param publicUrl = readEnvironmentVariable('ONCALL_PUBLIC_URL', '')
param alertEmails = readEnvironmentVariable('ALERT_EMAILS', '')
param mailFrom = readEnvironmentVariable('MAIL_FROM', '')
param psaApiUrl = readEnvironmentVariable('PSA_API_URL', '')
param hubIssuer = readEnvironmentVariable('HUB_ISSUER')
param hubClientId = readEnvironmentVariable('HUB_CLIENT_ID')
param hubApiUrl = readEnvironmentVariable('HUB_API_URL', '')
param busNamespaceId = readEnvironmentVariable('BUS_NAMESPACE_ID', '')
param busTopic = readEnvironmentVariable('BUS_TOPIC', '')
param escalationTickSchedule = readEnvironmentVariable('ESCALATION_TICK_SCHEDULE', '')
param gapScanSchedule = readEnvironmentVariable('GAP_SCAN_SCHEDULE', '')
