# What is wrong is refused before anything is made, variable by variable.

mock_provider "aws" {}

variables {
  central_log_distribution_role_arn = "arn:aws:iam::111111111111:role/logferry-production-central"
  tenant_id                         = "acme-corp"
  external_id                       = "agreed-with-acme"
}

run "refuses_an_account_for_the_central_role" {
  command = plan

  variables {
    central_log_distribution_role_arn = "arn:aws:iam::111111111111:root"
  }

  expect_failures = [var.central_log_distribution_role_arn]
}

run "refuses_a_session_for_the_central_role" {
  command = plan

  variables {
    central_log_distribution_role_arn = "arn:aws:sts::111111111111:assumed-role/central/session"
  }

  expect_failures = [var.central_log_distribution_role_arn]
}

run "refuses_a_tenant_id_with_a_slash" {
  command = plan

  variables {
    tenant_id = "acme/corp"
  }

  expect_failures = [var.tenant_id]
}

run "refuses_a_tenant_id_of_dots" {
  command = plan

  variables {
    tenant_id = ".."
  }

  expect_failures = [var.tenant_id]
}

run "refuses_a_tenant_id_with_a_wildcard" {
  command = plan

  variables {
    tenant_id = "*"
  }

  expect_failures = [var.tenant_id]
}

run "refuses_an_external_id_with_a_blank" {
  command = plan

  variables {
    external_id = "agreed with acme"
  }

  expect_failures = [var.external_id]
}

run "refuses_an_external_id_of_one_character" {
  command = plan

  variables {
    external_id = "x"
  }

  expect_failures = [var.external_id]
}

run "refuses_a_previous_external_id_with_a_wildcard" {
  command = plan

  variables {
    previous_external_id = "agreed-*"
  }

  expect_failures = [var.previous_external_id]
}

run "refuses_a_role_name_with_a_path" {
  command = plan

  variables {
    role_name = "logs/CustomerLogDistribution"
  }

  expect_failures = [var.role_name]
}

run "refuses_a_cluster_id_with_a_wildcard" {
  command = plan

  variables {
    cluster_ids = ["*"]
  }

  expect_failures = [var.cluster_ids]
}

run "refuses_a_cluster_id_twice" {
  command = plan

  variables {
    cluster_ids = ["one", "one"]
  }

  expect_failures = [var.cluster_ids]
}

run "refuses_an_unknown_kind_of_group" {
  command = plan

  variables {
    log_groups = { aplication = {} }
  }

  expect_failures = [var.log_groups]
}

run "refuses_no_group_at_all" {
  command = plan

  variables {
    log_groups = {}
  }

  expect_failures = [var.log_groups]
}

run "refuses_a_group_name_with_a_colon" {
  command = plan

  variables {
    log_groups = { audit = { name = "/acme:audit" } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_a_group_name_with_a_wildcard" {
  command = plan

  variables {
    log_groups = { audit = { name = "/acme/*" } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_a_group_name_of_aws" {
  command = plan

  variables {
    log_groups = { audit = { name = "aws/audit" } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_two_groups_of_one_name" {
  command = plan

  variables {
    log_groups = { audit = {}, system = { name = "/ROSA/cluster-logs/audit" } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_a_retention_that_cloudwatch_has_not" {
  command = plan

  variables {
    log_groups = { audit = { retention_days = 100 } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_an_unknown_class" {
  command = plan

  variables {
    log_groups = { audit = { class = "COLD" } }
  }

  expect_failures = [var.log_groups]
}

run "refuses_an_alias_for_the_key" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:222222222222:alias/logs"
  }

  expect_failures = [var.kms_key_arn]
}

run "refuses_an_empty_pattern" {
  command = plan

  variables {
    error_filter_pattern = " "
  }

  expect_failures = [var.error_filter_pattern]
}

run "refuses_a_threshold_of_zero" {
  command = plan

  variables {
    error_alarm_threshold = 0
  }

  expect_failures = [var.error_alarm_threshold]
}

run "refuses_a_topic_that_is_a_queue" {
  command = plan

  variables {
    alarm_topic_arns = ["arn:aws:sqs:eu-west-1:222222222222:alarms"]
  }

  expect_failures = [var.alarm_topic_arns]
}

run "refuses_a_metric_on_a_class_that_has_none" {
  command = plan

  variables {
    log_groups = { application = { class = "INFREQUENT_ACCESS" } }
  }

  expect_failures = [aws_cloudwatch_log_metric_filter.errors]
}

run "warns_of_a_group_that_refuses_late_lines" {
  command = plan

  variables {
    log_groups = { application = { retention_days = 7 } }
  }

  expect_failures = [check.late_lines_are_kept]
}
