// Secrets. One is made here, once; the others are written by the operator and read by the app while it runs.
param name string
param location string
param tags object
@minValue(7)
@maxValue(90)
param retentionInDays int
param principalId string
param operatorPrincipalId string
param workspaceId string
@secure()
@minLength(32)
param linkSecret string

// Key Vault Secrets Officer: the app keeps what managers enter, such as a PSA's secret; the operator writes the rest.
var officerRole = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    softDeleteRetentionInDays: retentionInDays
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

// With another value every acknowledge link in mails already sent would end, so a later deployment leaves it as it is.
@onlyIfNotExists()
resource link 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'ONCALL-LINK-SECRET'
  properties: {
    contentType: 'text/plain'
    value: linkSecret
  }
}

resource app 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, officerRole)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', officerRole)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource officer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(vault.id, operatorPrincipalId, officerRole)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', officerRole)
    principalId: operatorPrincipalId
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

output name string = vault.name
output url string = vault.properties.vaultUri
