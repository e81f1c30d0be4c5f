// The function app: Flex Consumption, a custom handler, everything by identity.
param token string
param location string
param tags object
@description('The tier\'s values, as in tiers.json.')
param settings object
param identityId string
param identityClientId string
param storageName string
param packageContainerUrl string
param insightsConnectionString string
param cosmosEndpoint string
param cosmosDatabase string
param vaultUrl string
param busHost string
param busTopic string
param publicUrl string
param hubIssuer string
param hubClientId string
param mailFrom string
param escalationTickSchedule string
param gapScanSchedule string
@description('Settings that are left out where they are empty.')
param optional object

// Each group of functions runs in processes of its own: all of HTTP in one, every other function alone.
var ready = [
  { name: 'http', instanceCount: int(settings.readyHttp) }
  { name: 'function:escalation-tick', instanceCount: int(settings.readyTick) }
]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-oncall-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: settings.zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-oncall-${token}'
  location: location
  // By this tag azd finds where a service of azure.yaml goes.
  tags: union(tags, { 'azd-service-name': 'oncall' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      // A wrong version is taken here without a word and fails at the start.
      runtime: { name: 'custom', version: '1.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: settings.memoryMb
        maximumInstanceCount: settings.maxInstances
        alwaysReady: filter(ready, group => group.instanceCount > 0)
        // Requests wait on the database, not on the processor, so an instance takes many at once.
        triggers: { http: { perInstanceConcurrency: settings.httpConcurrency } }
      }
    }
  }
}

// Deployments and everything else sign in with an identity; the old passwords open nothing.
resource passwords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [
  for door in ['ftp', 'scm']: {
    parent: app
    name: door
    properties: { allow: false }
  }
]

var url = empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl
var hosts = {
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // The triggers' connection, for the host; the process reads the same for what it publishes.
  BUS_CONNECTION_STRING__fullyQualifiedNamespace: busHost
  BUS_CONNECTION_STRING__credential: 'managedidentity'
  BUS_CONNECTION_STRING__clientId: identityClientId
  BUS_TOPIC: busTopic
  ESCALATION_TICK_SCHEDULE: empty(escalationTickSchedule) ? '*/15 * * * * *' : escalationTickSchedule
  GAP_SCAN_SCHEDULE: empty(gapScanSchedule) ? '0 0 6 * * *' : gapScanSchedule
  // The page at / would tell what runs here.
  AzureWebJobsDisableHomepage: 'true'
}
var ours = {
  AZURE_CLIENT_ID: identityClientId
  COSMOS_ENDPOINT: cosmosEndpoint
  COSMOS_DATABASE: cosmosDatabase
  KEY_VAULT_URL: vaultUrl
  HUB_ISSUER: hubIssuer
  HUB_CLIENT_ID: hubClientId
  ONCALL_PUBLIC_URL: url
  ONCALL_LINK_SECRET: '@Microsoft.KeyVault(SecretUri=${vaultUrl}secrets/ONCALL-LINK-SECRET)'
}
var mail = empty(mailFrom) ? {} : {
  MAIL_FROM: mailFrom
  SMTP_URL: '@Microsoft.KeyVault(SecretUri=${vaultUrl}secrets/SMTP-URL)'
}
var given = toObject(filter(items(optional), entry => !empty(entry.value)), entry => entry.key, entry => entry.value)

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(hosts, ours, mail, given)
}

output name string = app.name
output url string = url
