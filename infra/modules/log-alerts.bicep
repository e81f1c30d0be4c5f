// Alerts on what the app and the host write down.
param location string
param tags object
param workspaceId string
param actionGroupId string

// Both of the process's own gauges, whether they come as metrics or as a field of a log line (one JSON object a line).
var gauge = '''
union isfuzzy=true
  (AppMetrics | where Name == '{0}' | project TimeGenerated, AppRoleInstance, Value = coalesce(Max, Sum)),
  (AppTraces | where Message has '{0}' | project TimeGenerated, AppRoleInstance, Value = extract(@'"{0}":\s*"?([0-9.]+)', 1, Message, typeof(real)))
| where isnotnull(Value)
'''

// What any of the processes told.
var longest = '''
| summarize Value = max(Value)
| where isnotnull(Value)
'''

// What the process that told least says now: the timer runs in one process at a time and may move to another, and the one
// that lost it goes on telling for a while how old its own last tick is.
var youngest = '''
| summarize arg_max(TimeGenerated, Value) by AppRoleInstance
| summarize Value = min(Value)
| where isnotnull(Value)
'''

// The host and the process each tell a request, under one operation.
// Log queries see a line some two to five minutes after it was written: a window of ten minutes speaks about five.
var alerts = [
  {
    name: 'oncall-no-tick'
    severity: 0
    description: 'No escalation tick has run for five minutes: nobody is paged by a second step, and no failed page is tried again.'
    query: 'AppRequests | where Name == \'escalation-tick\' and Success | summarize Value = count()'
    window: 'PT10M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'oncall-tick-age'
    severity: 1
    description: 'The last escalation tick that did its work is more than two minutes old.'
    query: '${format(gauge, 'oncall.tick.age_seconds')}${youngest}'
    window: 'PT10M'
    operator: 'GreaterThan'
    threshold: 120
  }
  {
    name: 'oncall-outbox-age'
    severity: 1
    description: 'A page, a ticket, an event or a notice has been waiting for more than five minutes and has not gone out.'
    query: '${format(gauge, 'oncall.outbox.oldest_due_seconds')}${longest}'
    // What waits is seen when it is tried, and a PSA that is down is tried every quarter of an hour.
    window: 'PT30M'
    operator: 'GreaterThan'
    threshold: 300
  }
  {
    name: 'oncall-http-5xx'
    severity: 1
    description: 'More than five requests in ten minutes were answered 5xx: alerts may not be taken.'
    query: 'AppRequests | where toint(ResultCode) between (500 .. 599) | summarize Value = dcount(OperationId)'
    window: 'PT10M'
    operator: 'GreaterThan'
    threshold: 5
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: alert.window
      autoMitigate: true
      // On the first deployment nothing has been written yet, and the tables may not be there.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: 'Value'
            timeAggregation: 'Maximum'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroupId] }
    }
  }
]
