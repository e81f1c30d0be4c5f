// Asks for the health page from outside, every five minutes from five places, and tells when three of them get no 200.
param location string
param tags object
param insightsId string
param actionGroupId string
param url string

var places = ['emea-nl-ams-azr', 'emea-gb-db3-azr', 'us-va-ash-azr', 'us-ca-sjc-azr', 'apac-sg-sin-azr']
// By this tag the portal shows the test with its Application Insights.
var linked = union(tags, { 'hidden-link:${insightsId}': 'Resource' })

resource test 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'oncall-health'
  location: location
  tags: linked
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'oncall-health'
    Name: 'oncall-health'
    Description: 'The health page answers 200 while alerts are taken.'
    Enabled: true
    Frequency: 300
    Timeout: 30
    Kind: 'standard'
    RetryEnabled: true
    Locations: [for place in places: { Id: place }]
    Request: {
      RequestUrl: url
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'oncall-availability'
  location: 'global'
  tags: linked
  properties: {
    description: 'The health page can\'t be reached, or says that alerts are not taken.'
    severity: 0
    enabled: true
    scopes: [test.id, insightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: test.id
      componentId: insightsId
      failedLocationCount: 3
    }
    actions: [{ actionGroupId: actionGroupId }]
  }
}
