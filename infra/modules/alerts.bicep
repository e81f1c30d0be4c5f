// What wakes the operator of this product, not its users. What each alert means, and what to do, is told in docs/operations.md.
param location string
param tags object
param emails array
param busNamespaceId string
param busTopic string
param workspaceId string
param insightsId string
param appUrl string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-oncall'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'oncall'
    enabled: true
    emailReceivers: [
      for (email, index) in emails: {
        name: 'mail-${index}'
        emailAddress: trim(email)
        useCommonAlertSchema: true
      }
    ]
  }
}

// The broker counts dead letters for a topic with all its subscriptions together, so this is one alert and not three.
resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'oncall-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'A bus message failed too often, expired or broke its filter, and waits for a person: it may be an alert that paged nobody.'
    severity: 1
    enabled: true
    scopes: [busNamespaceId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: [busTopic]
            }
          ]
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

module logs 'log-alerts.bicep' = {
  name: 'log-alerts'
  params: {
    location: location
    tags: tags
    workspaceId: workspaceId
    actionGroupId: people.id
  }
}

module availability 'availability.bicep' = {
  name: 'availability'
  params: {
    location: location
    tags: tags
    insightsId: insightsId
    actionGroupId: people.id
    url: '${appUrl}/api/health'
  }
}
