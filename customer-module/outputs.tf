output "role_arn" {
  description = "ARN of the role that the operator's central role assumes."
  value       = aws_iam_role.delivery.arn
}

output "region" {
  description = "Region of the log groups."
  value       = local.region
}

output "account_id" {
  description = "Account of the role and the log groups."
  value       = local.account_id
}

output "log_group_names" {
  description = "Names of the log groups, by application, system and audit."
  value       = { for key, group in local.log_groups : key => group.name }
}

output "external_id" {
  description = "ExternalId that the role asks for."
  value       = var.external_id
  sensitive   = true
}

output "handshake" {
  description = "All that the operator needs, for `logferry tenant set ID --from-handshake`. Send them what `terraform output -json handshake` prints."
  sensitive   = true
  value = {
    version     = 1
    tenant_id   = var.tenant_id
    role_arn    = aws_iam_role.delivery.arn
    region      = local.region
    external_id = var.external_id
    log_groups  = { for key, group in local.log_groups : key => group.name }
  }

  # Whoever gets it may use the role at once.
  depends_on = [aws_iam_role_policy.delivery, aws_cloudwatch_log_group.delivery]
}
