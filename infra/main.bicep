// The One On-Call in Azure: one resource group with everything in it. No key, password or connection string is made here: every
// service has its own sign-in by key turned off, and the app reaches all of them by one identity. More: docs/deployment.md.
targetScope = 'subscription'

@description('Name of the environment. It names the resource group and, hashed, every resource in it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region of everything.')
@minLength(1)
param location string

@description('Sizes and safety: dev is cheap, prod keeps instances ready and backups longer. See tiers.json.')
@allowed(['dev', 'prod'])
param tier string = 'dev'

@description('Single values that shall differ from the tier, by their names in tiers.json.')
param overrides object = {}

@description('Object id of who may write the secrets into the vault: a person or a group. Empty: nobody is given that right.')
param operatorPrincipalId string = ''

@description('Address that people use, without a slash at the end. Empty: the function app\'s own name.')
param publicUrl string = ''

@description('Mail addresses that alerts go to, with commas between. Empty: alerts are only shown in the portal.')
param alertEmails string = ''

@description('Sender of pages. Empty: no mail. Otherwise the vault must hold SMTP-URL first.')
param mailFrom string = ''

@description('The One PSA. Empty: no tickets. Its key is the vault\'s PSA-SERVICE-KEY.')
param psaApiUrl string = ''

@description('Issuer of the Hub\'s tokens. Nobody else signs people in in the cloud, and without it the app does not start.')
@minLength(8)
param hubIssuer string

@description('Client id of this product at the Hub. Its secret is the vault\'s HUB-CLIENT-SECRET.')
@minLength(1)
param hubClientId string

@description('The Hub\'s API.')
param hubApiUrl string = ''

@description('Resource id of The One Stack\'s Service Bus namespace, which then must hold the topic. Empty: both are made.')
param busNamespaceId string = ''

@description('Topic for both ways: products put their events on it, life-cycle events of incidents are published to it.')
param busTopic string = ''

@description('SQL filters of our subscriptions, by name of the subscription; see modules/bus-access.bicep for the usual ones.')
param busFilters object = {}

@description('Six fields, UTC. Empty: every 15 seconds.')
param escalationTickSchedule string = ''

@description('Six fields, UTC. Empty: at six in the morning.')
param gapScanSchedule string = ''

@description('Signs acknowledge links. Written to the vault only where the vault has none yet, so this fresh value counts once.')
@secure()
param linkSecret string = '${newGuid()}${newGuid()}'

var settings = union(loadJsonContent('tiers.json')[tier], overrides)
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName, product: 'the-one-oncall' }
var groupName = 'rg-${environmentName}'
var ownBusName = 'sb-oncall-${token}'
var topicName = empty(busTopic) ? 'oncall' : busTopic

// Where the bus is: parts 2, 4 and 8 are its subscription, its resource group and its name.
var groupId = '${subscription().id}/resourceGroups/${groupName}'
var busId = empty(busNamespaceId) ? '${groupId}/providers/Microsoft.ServiceBus/namespaces/${ownBusName}' : busNamespaceId
var busParts = split(busId, '/')

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = { name: groupName, location: location, tags: tags }

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-oncall-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    retentionInDays: settings.logRetentionDays
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: { name: 'stoncall${token}', location: location, tags: tags, sku: settings.storageSku, principalId: identity.outputs.principalId }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
  params: {
    name: 'cosmos-oncall-${token}'
    location: location
    tags: tags
    serverless: settings.cosmosServerless
    maxThroughput: settings.cosmosMaxThroughput
    backupTier: settings.cosmosBackup
    zoneRedundant: settings.zoneRedundant
    principalId: identity.outputs.principalId
  }
}

module bus 'modules/bus.bicep' = if (empty(busNamespaceId)) {
  name: 'bus'
  scope: group
  params: { name: ownBusName, location: location, tags: tags, topicName: topicName }
}

module busAccess 'modules/bus-access.bicep' = {
  name: 'bus-access-${token}'
  scope: resourceGroup(busParts[2], busParts[4])
  params: { namespaceName: busParts[8], topicName: topicName, filters: busFilters, principalId: identity.outputs.principalId }
  // The namespace is looked up by its name there, so nothing else says that it has to be made first.
  dependsOn: [bus]
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-oncall-${token}'
    location: location
    tags: tags
    retentionInDays: settings.vaultRetentionDays
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
    workspaceId: monitoring.outputs.workspaceId
    linkSecret: linkSecret
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    settings: settings
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainerUrl: storage.outputs.packageContainerUrl
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    cosmosEndpoint: cosmos.outputs.endpoint
    cosmosDatabase: cosmos.outputs.databaseName
    vaultUrl: vault.outputs.url
    busHost: busAccess.outputs.host
    busTopic: topicName
    publicUrl: publicUrl
    mailFrom: mailFrom
    escalationTickSchedule: escalationTickSchedule
    gapScanSchedule: gapScanSchedule
    hubIssuer: hubIssuer
    hubClientId: hubClientId
    optional: { PSA_API_URL: psaApiUrl, HUB_API_URL: hubApiUrl }
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    emails: empty(alertEmails) ? [] : split(alertEmails, ',')
    busNamespaceId: busId
    busTopic: topicName
    workspaceId: monitoring.outputs.workspaceId
    insightsId: monitoring.outputs.insightsId
    appUrl: app.outputs.url
  }
  dependsOn: [busAccess]
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output ONCALL_URL string = app.outputs.url
