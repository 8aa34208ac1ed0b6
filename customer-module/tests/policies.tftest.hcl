# Whom the role trusts and what it may do, as planned. No account is asked.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  central_log_distribution_role_arn = "arn:aws:iam::111111111111:role/logferry-production-central"
  tenant_id                         = "acme-corp"
  external_id                       = "agreed-with-acme"
}

run "trusts_the_central_role_for_this_tenant_alone" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.delivery.assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid       = "AssumeForTenant"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::111111111111:role/logferry-production-central" }
          Action    = "sts:AssumeRole"
          Condition = { StringEquals = { "sts:ExternalId" = "agreed-with-acme", "aws:PrincipalTag/tenant_id" = "acme-corp" } }
        },
        {
          Sid       = "InheritTags"
          Effect    = "Allow"
          Principal = { AWS = "arn:aws:iam::111111111111:role/logferry-production-central" }
          Action    = "sts:TagSession"
        },
      ]
    }
    error_message = "The trust policy is ${aws_iam_role.delivery.assume_role_policy}"
  }
}

run "lets_in_both_external_ids_during_a_change" {
  command = plan

  variables {
    previous_external_id = "agreed-before"
  }

  assert {
    condition     = jsondecode(aws_iam_role.delivery.assume_role_policy).Statement[0].Condition.StringEquals["sts:ExternalId"] == ["agreed-with-acme", "agreed-before"]
    error_message = "The trust policy is ${aws_iam_role.delivery.assume_role_policy}"
  }

  assert {
    condition     = output.external_id == "agreed-with-acme"
    error_message = "The operator would be told of the former one."
  }
}

run "asks_for_the_clusters_that_are_named" {
  command = plan

  variables {
    cluster_ids = ["two", "one"]
  }

  assert {
    condition     = jsondecode(aws_iam_role.delivery.assume_role_policy).Statement[0].Condition.StringEquals["aws:PrincipalTag/cluster_id"] == ["one", "two"]
    error_message = "The trust policy is ${aws_iam_role.delivery.assume_role_policy}"
  }
}

run "may_write_to_its_groups_and_do_nothing_else" {
  command = plan

  variables {
    log_groups = { audit = {}, application = { name = "/acme/logs" } }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.delivery.policy) == {
      Version = "2012-10-17"
      Statement = [{
        Sid    = "DeliverLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:aws:logs:eu-west-1:222222222222:log-group:/acme/logs:*",
          "arn:aws:logs:eu-west-1:222222222222:log-group:/ROSA/cluster-logs/audit:*",
        ]
      }]
    }
    error_message = "The policy is ${aws_iam_role_policy.delivery.policy}"
  }
}

run "spells_arns_for_other_partitions" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  variables {
    central_log_distribution_role_arn = "arn:aws-us-gov:iam::111111111111:role/central"
    log_groups                        = { audit = {} }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.delivery.policy).Statement[0].Resource == ["arn:aws-us-gov:logs:eu-west-1:222222222222:log-group:/ROSA/cluster-logs/audit:*"]
    error_message = "The policy is ${aws_iam_role_policy.delivery.policy}"
  }
}
