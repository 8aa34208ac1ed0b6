variable "central_log_distribution_role_arn" {
  description = "ARN of the operator's central role. The operator tells it."
  type        = string
}

variable "tenant_id" {
  description = "Your id with the operator."
  type        = string
}

variable "external_id" {
  description = "ExternalId agreed with the operator."
  type        = string
}

variable "cluster_ids" {
  description = "Clusters whose logs are let in; empty lets in all of yours."
  type        = list(string)
  default     = []
}

variable "region" {
  description = "Region of the log groups."
  type        = string
  default     = "us-east-1"
}

variable "retain_log_groups" {
  description = "Whether log groups stay when the example is destroyed."
  type        = bool
  default     = true
}
