# A role that the operator's central role may assume for this tenant alone, and the log groups that it may write to.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  # Versions 5 and 6 of the provider have it alike; `name` is deprecated in 6, `region` missing in 5.
  region = data.aws_region.current.id

  log_groups = {
    for key, group in var.log_groups : key => {
      name           = coalesce(group.name, "/ROSA/cluster-logs/${key}")
      retention_days = group.retention_days == null ? (key == "audit" ? 365 : 90) : group.retention_days
      class          = coalesce(group.class, "STANDARD")
    }
  }
  group_arns = [for key in sort(keys(local.log_groups)) : "arn:${data.aws_partition.current.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_groups[key].name}"]

  # Tags inherited from the central session are `aws:PrincipalTag`; `aws:RequestTag` would see only what this call itself passes, which is nothing.
  trusted_when = merge(
    { "sts:ExternalId" = var.external_id, "aws:PrincipalTag/tenant_id" = var.tenant_id },
    var.previous_external_id == null ? {} : { "sts:ExternalId" = [var.external_id, var.previous_external_id] },
    length(var.cluster_ids) == 0 ? {} : { "aws:PrincipalTag/cluster_id" = sort(var.cluster_ids) },
  )

  # Dashboards and alarms have no blanks or signs in their names.
  name             = replace(var.role_name, "/[^A-Za-z0-9_-]/", "-")
  counts_errors    = var.create_error_metric && contains(keys(local.log_groups), "application")
  metric_namespace = "Logferry/${var.tenant_id}"
  metric_name      = "ApplicationErrors"
}

resource "aws_iam_role" "delivery" {
  name        = var.role_name
  description = "Lets the log distribution deliver the container logs of ${var.tenant_id}"
  # A session by another role lasts an hour at most.
  max_session_duration = 3600
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AssumeForTenant"
        Effect    = "Allow"
        Principal = { AWS = var.central_log_distribution_role_arn }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = local.trusted_when }
      },
      {
        # Without it AWS may refuse a session that brings tags along, even inherited ones. It gives no session by itself.
        Sid       = "InheritTags"
        Effect    = "Allow"
        Principal = { AWS = var.central_log_distribution_role_arn }
        Action    = "sts:TagSession"
      },
    ]
  })
}

resource "aws_iam_role_policy" "delivery" {
  name = "deliver"
  role = aws_iam_role.delivery.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # What is in these groups, and no other: a name has no colon. So AWS wants it, as a stream that is still to be made is asked for by its group.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        Sid      = "DeliverLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [for arn in local.group_arns : "${arn}:*"]
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "delivery" {
  for_each = var.create_log_groups ? local.log_groups : {}

  name              = each.value.name
  retention_in_days = each.value.retention_days
  log_group_class   = each.value.class
  kms_key_id        = var.kms_key_arn
  skip_destroy      = var.retain_log_groups
  tags              = var.tags
}

# A warning, no error: whoever wants to keep a week only may.
check "late_lines_are_kept" {
  assert {
    condition     = alltrue([for group in local.log_groups : group.retention_days == 0 || group.retention_days >= 14])
    error_message = "A group that keeps less than 14 days refuses lines older than that, which may come after an outage: they end in the operator's quarantine."
  }
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  count = local.counts_errors ? 1 : 0

  name           = "${local.name}-errors"
  log_group_name = local.log_groups["application"].name
  pattern        = var.error_filter_pattern

  metric_transformation {
    namespace     = local.metric_namespace
    name          = local.metric_name
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }

  lifecycle {
    precondition {
      condition     = local.log_groups["application"].class == "STANDARD"
      error_message = "CloudWatch has no metric filters for the class INFREQUENT_ACCESS: set create_error_metric to false, or the class of the application group to STANDARD."
    }
  }

  depends_on = [aws_cloudwatch_log_group.delivery]
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count = local.counts_errors && var.create_error_alarm ? 1 : 0

  alarm_name          = "${local.name}-errors"
  alarm_description   = "The applications of ${var.tenant_id} log ${var.error_alarm_threshold} errors or more in five minutes; see ${local.log_groups["application"].name}"
  namespace           = local.metric_namespace
  metric_name         = local.metric_name
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.error_alarm_threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_dashboard" "delivery" {
  count = var.create_dashboard ? 1 : 0

  dashboard_name = local.name
  dashboard_body = jsonencode({
    widgets = concat(
      [for at, metric in [{ name = "IncomingLogEvents", title = "Lines" }, { name = "IncomingBytes", title = "Bytes" }] : {
        type   = "metric"
        x      = at * 12
        y      = 0
        width  = 12
        height = 6
        properties = {
          title   = metric.title
          region  = local.region
          stat    = "Sum"
          period  = 300
          metrics = [for key in sort(keys(local.log_groups)) : ["AWS/Logs", metric.name, "LogGroupName", local.log_groups[key].name, { label = key }]]
        }
      }],
      [for metric in local.counts_errors ? [local.metric_name] : [] : {
        type   = "metric"
        x      = 0
        y      = 6
        width  = 24
        height = 6
        properties = {
          title   = "Errors of applications"
          region  = local.region
          stat    = "Sum"
          period  = 300
          metrics = [[local.metric_namespace, metric]]
        }
      }],
    )
  })
}
