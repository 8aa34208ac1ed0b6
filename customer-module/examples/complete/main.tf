# Everything that the module offers, with what belongs around it: a key of one's own for the groups and a topic that the alarm tells.

provider "aws" {
  region = var.region
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  log_groups = {
    application = { name = "/ROSA/cluster-logs/application", retention_days = 30 }
    system      = { name = "/ROSA/cluster-logs/system", class = "INFREQUENT_ACCESS" }
    audit       = { name = "/ROSA/cluster-logs/audit", retention_days = 731 }
  }
}

module "log_distribution" {
  source = "../.."

  central_log_distribution_role_arn = var.central_log_distribution_role_arn
  tenant_id                         = var.tenant_id
  external_id                       = var.external_id
  cluster_ids                       = var.cluster_ids

  log_groups        = local.log_groups
  retain_log_groups = var.retain_log_groups
  kms_key_arn       = aws_kms_key.logs.arn

  error_filter_pattern  = "{ $.level = \"error\" || $.level = \"fatal\" }"
  error_alarm_threshold = 5
  alarm_topic_arns      = [aws_sns_topic.alarms.arn]

  tags = { Team = "platform" }

  # CloudWatch Logs tries the key as a group is made.
  depends_on = [aws_kms_key_policy.logs]
}

resource "aws_kms_key" "logs" {
  description         = "Container logs in CloudWatch"
  enable_key_rotation = true
}

resource "aws_kms_key_policy" "logs" {
  key_id = aws_kms_key.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Administer"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "EncryptLogGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = [
              for group in local.log_groups : "arn:${data.aws_partition.current.partition}:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:${group.name}"
            ]
          }
        }
      },
    ]
  })
}

resource "aws_sns_topic" "alarms" {
  name = "log-distribution-alarms"
}
