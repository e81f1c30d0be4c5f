// What this product needs on the bus: three subscriptions to listen on, and the right to publish to the topic. In the resource
// group of the bus, which may be another one's.
param namespaceName string
param topicName string
@description('SQL filters by name of the subscription; what is missing is taken from below.')
param filters object
param principalId string

// The names that the functions are bound to.
var products = ['rmm', 'security', 'backups']

// The event type's word for each product: `rmm.alert.critical`, `backup.failed`, `com.theone.backups.failed`.
var words = { rmm: 'rmm', security: 'security', backups: 'backup%' }

// By what CloudEvents over Service Bus may show: the type as subject, or the source under one of its usual property names. Our
// own events are on the same topic and match none of them. A property that a message lacks makes a comparison neither true nor
// false, which is as good as false here.
var usualFilters = toObject(
  products,
  product => product,
  product => join([
    'sys.Label LIKE \'${words[product]}.%\''
    'sys.Label LIKE \'%.${words[product]}.%\''
    'source LIKE \'%/${product}\''
    '[cloudEvents:source] LIKE \'%/${product}\''
    'cloudEvents_source LIKE \'%/${product}\''
  ], ' OR ')
)
var chosenFilters = union(usualFilters, filters)

// Azure Service Bus Data Receiver on each subscription, Azure Service Bus Data Sender on the topic.
var receiverRole = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
var senderRole = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource topic 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' existing = {
  parent: namespace
  name: topicName
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for product in products: {
    parent: topic
    name: product
    properties: {
      // A message that can't be taken in fails its invocation and is delivered again at once. While the state can't be reached the
      // app holds it back for up to a minute each time, so this many bridge more than an hour; one that can't be read at all
      // uses them up in seconds, and then waits for a person.
      maxDeliveryCount: 100
      // The host renews a lock while it works on the message; this is what a crashed instance costs in time.
      lockDuration: 'PT1M'
      deadLetteringOnMessageExpiration: true
      deadLetteringOnFilterEvaluationExceptions: true
      defaultMessageTimeToLive: 'P14D'
      requiresSession: false
    }
  }
]

resource rules 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [
  for (product, index) in products: {
    parent: subscriptions[index]
    // A new subscription has a rule of this name that takes everything; any other name would stand beside it.
    name: '$Default'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: { sqlExpression: chosenFilters[product] }
    }
  }
]

resource receivers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (product, index) in products: {
    name: guid(topic.id, product, principalId, receiverRole)
    scope: subscriptions[index]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiverRole)
      principalId: principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, principalId, senderRole)
  scope: topic
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', senderRole)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

// The endpoint has the form https://name:443/ and the setting wants the name.
output host string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
