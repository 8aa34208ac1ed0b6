output "handshake" {
  description = "What the operator needs: `terraform output -json handshake`."
  value       = module.log_distribution.handshake
  sensitive   = true
}

output "log_group_names" {
  description = "Where the logs arrive."
  value       = module.log_distribution.log_group_names
}
