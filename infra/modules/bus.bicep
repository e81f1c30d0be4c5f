// The bus, where The One Stack has none yet: a namespace and its topic.
param name string
param location string
param tags object
param topicName string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  // Standard is the least that has topics.
  sku: { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource topic 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: topicName
  properties: {
    // A life-cycle event whose answer was lost is sent again under the same MessageId, up to 15 minutes later at a time.
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT1H'
    // Events carry their tenant as the session, for subscribers that ask for sessions.
    supportOrdering: true
    defaultMessageTimeToLive: 'P14D'
  }
}
