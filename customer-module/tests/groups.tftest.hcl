# Log groups, what watches them, and what is handed on, as planned or applied by a mocked provider. No account is asked.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  central_log_distribution_role_arn = "arn:aws:iam::111111111111:role/logferry-production-central"
  tenant_id                         = "acme-corp"
  external_id                       = "agreed-with-acme"
}

run "makes_three_groups_by_default" {
  command = plan

  assert {
    condition = { for key, group in aws_cloudwatch_log_group.delivery : key => [group.name, group.retention_in_days, group.log_group_class] } == {
      application = ["/ROSA/cluster-logs/application", 90, "STANDARD"]
      audit       = ["/ROSA/cluster-logs/audit", 365, "STANDARD"]
      system      = ["/ROSA/cluster-logs/system", 90, "STANDARD"]
    }
    error_message = "The groups are ${jsonencode({ for key, group in aws_cloudwatch_log_group.delivery : key => [group.name, group.retention_in_days, group.log_group_class] })}"
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.delivery : group.skip_destroy])
    error_message = "A destroy would take the logs along."
  }
}

run "takes_name_retention_class_key_and_tags" {
  command = plan

  variables {
    kms_key_arn       = "arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555"
    log_groups        = { system = { name = "/acme/system", retention_days = 0, class = "INFREQUENT_ACCESS" } }
    retain_log_groups = false
    tags              = { Team = "platform" }
  }

  assert {
    condition = alltrue([
      length(aws_cloudwatch_log_group.delivery) == 1,
      aws_cloudwatch_log_group.delivery["system"].name == "/acme/system",
      aws_cloudwatch_log_group.delivery["system"].retention_in_days == 0,
      aws_cloudwatch_log_group.delivery["system"].log_group_class == "INFREQUENT_ACCESS",
      aws_cloudwatch_log_group.delivery["system"].kms_key_id == "arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555",
      aws_cloudwatch_log_group.delivery["system"].skip_destroy == false,
      aws_cloudwatch_log_group.delivery["system"].tags.Team == "platform",
      aws_iam_role.delivery.tags.Team == "platform",
    ])
    error_message = "The group is not as it was asked for."
  }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.errors) == 0 && length(aws_cloudwatch_metric_alarm.errors) == 0
    error_message = "Errors are counted in a group that is not there."
  }
}

run "makes_no_group_that_is_there_already" {
  command = plan

  variables {
    create_log_groups = false
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.delivery) == 0 && output.log_group_names.audit == "/ROSA/cluster-logs/audit"
    error_message = "Groups are made all the same, or are no longer told of."
  }
}

run "watches_errors_and_tells_the_topics" {
  command = plan

  variables {
    alarm_topic_arns      = ["arn:aws:sns:eu-west-1:222222222222:alarms"]
    error_alarm_threshold = 3
  }

  assert {
    condition = alltrue([
      aws_cloudwatch_log_metric_filter.errors[0].log_group_name == "/ROSA/cluster-logs/application",
      aws_cloudwatch_log_metric_filter.errors[0].metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.errors[0].namespace,
      aws_cloudwatch_log_metric_filter.errors[0].metric_transformation[0].name == aws_cloudwatch_metric_alarm.errors[0].metric_name,
      aws_cloudwatch_metric_alarm.errors[0].threshold == 3,
      toset(aws_cloudwatch_metric_alarm.errors[0].alarm_actions) == toset(["arn:aws:sns:eu-west-1:222222222222:alarms"]),
      strcontains(aws_cloudwatch_dashboard.delivery[0].dashboard_body, aws_cloudwatch_metric_alarm.errors[0].metric_name),
    ])
    error_message = "The alarm does not watch what the filter counts."
  }
}

run "metric_alarm_and_dashboard_can_each_be_left_out" {
  command = plan

  variables {
    create_error_alarm = false
    create_dashboard   = false
  }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.errors) == 1 && length(aws_cloudwatch_metric_alarm.errors) == 0 && length(aws_cloudwatch_dashboard.delivery) == 0
    error_message = "Not just the alarm and the dashboard are left out."
  }
}

run "without_a_metric_there_is_nothing_to_alarm_about" {
  command = plan

  variables {
    create_error_metric = false
  }

  assert {
    condition = alltrue([
      length(aws_cloudwatch_log_metric_filter.errors) == 0,
      length(aws_cloudwatch_metric_alarm.errors) == 0,
      length(jsondecode(aws_cloudwatch_dashboard.delivery[0].dashboard_body).widgets) == 2,
    ])
    error_message = "Something still needs the metric."
  }
}

run "hands_on_what_the_operator_needs" {
  command = apply

  variables {
    role_name = "CustomerLogDistribution+acme"
  }

  assert {
    condition = output.handshake == {
      version     = 1
      tenant_id   = "acme-corp"
      role_arn    = "arn:aws:iam::222222222222:role/CustomerLogDistribution"
      region      = "eu-west-1"
      external_id = "agreed-with-acme"
      log_groups = {
        application = "/ROSA/cluster-logs/application"
        audit       = "/ROSA/cluster-logs/audit"
        system      = "/ROSA/cluster-logs/system"
      }
    }
    error_message = "The handshake is ${jsonencode(nonsensitive(output.handshake))}"
  }

  assert {
    condition     = issensitive(output.handshake) && issensitive(output.external_id)
    error_message = "The ExternalId would be printed."
  }

  assert {
    condition     = output.role_arn == output.handshake.role_arn && output.account_id == "222222222222" && aws_cloudwatch_dashboard.delivery[0].dashboard_name == "CustomerLogDistribution-acme"
    error_message = "Outputs or names differ."
  }
}
