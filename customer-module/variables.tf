variable "central_log_distribution_role_arn" {
  description = "ARN of the operator's central role, the only one that may assume the role made here. The operator tells it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.central_log_distribution_role_arn))
    error_message = "central_log_distribution_role_arn must be the ARN of a role, such as arn:aws:iam::111111111111:role/logferry-production-central. Not that of an account, a user or a session (arn:aws:sts::...)."
  }
}

variable "tenant_id" {
  description = "Your id with the operator: the customer_id of your logs. Sessions for another tenant are refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,128}$", var.tenant_id)) && !can(regex("^[.]+$", var.tenant_id))
    error_message = "tenant_id must be 1 to 128 of A-Z a-z 0-9 . _ and -, just as the operator wrote it."
  }
}

variable "external_id" {
  description = "ExternalId agreed with the operator, for you alone. AWS does not treat it as a secret, so plans show it in the trust policy."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@:/-]+$", var.external_id)) && length(var.external_id) >= 2 && length(var.external_id) <= 1224
    error_message = "external_id must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / and -, without blanks, just as the operator wrote it."
  }
}

variable "previous_external_id" {
  description = "ExternalId that is let in as well, while the operator changes from it to external_id; null lets in no other."
  type        = string
  default     = null

  validation {
    condition     = var.previous_external_id == null || can(regex("^[A-Za-z0-9_+=,.@:/-]{2}", var.previous_external_id)) && can(regex("^[A-Za-z0-9_+=,.@:/-]+$", var.previous_external_id))
    error_message = "previous_external_id must be an ExternalId such as external_id, or null."
  }
}

variable "role_name" {
  description = "Name of the role. The operator's central role may assume only names that it was told of, by default those that begin with CustomerLogDistribution."
  type        = string
  default     = "CustomerLogDistribution"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name must be 1 to 64 of A-Z a-z 0-9 _ + = , . @ and -, without a path."
  }
}

variable "cluster_ids" {
  description = "Clusters whose logs are let in; empty lets in all of yours. IAM takes 2,048 characters of trust policy, about 40 ids."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.cluster_ids : can(regex("^[A-Za-z0-9._-]{1,128}$", id)) && !can(regex("^[.]+$", id))])
    error_message = "cluster_ids must each be 1 to 128 of A-Z a-z 0-9 . _ and -, as in the cluster_id of your logs."
  }

  validation {
    condition     = length(distinct(var.cluster_ids)) == length(var.cluster_ids)
    error_message = "cluster_ids must name each cluster once."
  }
}

variable "log_groups" {
  description = "Log groups to deliver to, by application, system and audit; what is left out is not made and not written to. Defaults of each: name /ROSA/cluster-logs/ and its key, retention_days 90 (audit 365; 0 keeps for ever), class STANDARD."
  type = map(object({
    name           = optional(string)
    retention_days = optional(number)
    class          = optional(string, "STANDARD")
  }))
  default = {
    application = {}
    system      = {}
    audit       = {}
  }
  nullable = false

  validation {
    condition     = length(var.log_groups) > 0 && alltrue([for key in keys(var.log_groups) : contains(["application", "system", "audit"], key)])
    error_message = "log_groups must have one at least of the keys application, system and audit, and no others."
  }

  validation {
    condition     = alltrue([for group in var.log_groups : group.name == null || can(regex("^[A-Za-z0-9_/.#-]{1,512}$", group.name)) && !can(regex("^aws/", group.name))])
    error_message = "log_groups: a name must be 1 to 512 of A-Z a-z 0-9 _ / . # and -, and not begin with aws/."
  }

  validation {
    condition     = length(distinct([for key, group in var.log_groups : coalesce(group.name, "/ROSA/cluster-logs/${key}")])) == length(var.log_groups)
    error_message = "log_groups must each have a name of their own."
  }

  validation {
    condition = alltrue([for group in var.log_groups : group.retention_days == null || contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], coalesce(group.retention_days, 90)
    )])
    error_message = "log_groups: retention_days must be one of CloudWatch's steps: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever."
  }

  validation {
    condition     = alltrue([for group in var.log_groups : contains(["STANDARD", "INFREQUENT_ACCESS"], coalesce(group.class, "STANDARD"))])
    error_message = "log_groups: class must be STANDARD or INFREQUENT_ACCESS."
  }
}

variable "create_log_groups" {
  description = "Whether the log groups are made here. Set it to false where they are there already; nothing about them is changed then."
  type        = bool
  default     = true
  nullable    = false
}

variable "retain_log_groups" {
  description = "Whether log groups stay, with their logs, when the module no longer wants them or is destroyed. To take them back into it, import them."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the log groups made here; null leaves it to CloudWatch's own. Its key policy must let CloudWatch Logs use it, see README. The role itself needs no right to it."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, arn:aws:kms:<region>:<account>:key/<id>; an alias will not do."
  }
}

variable "create_error_metric" {
  description = "Whether errors in the application group are counted by a metric filter. Alarm and dashboard's graph of errors need it."
  type        = bool
  default     = true
  nullable    = false
}

variable "error_filter_pattern" {
  description = "What counts as an error, in CloudWatch's filter pattern syntax. For JSON lines, such as { $.level = \"error\" }."
  type        = string
  default     = "?ERROR ?FATAL ?CRITICAL ?\"level=error\" ?\"level=fatal\""
  nullable    = false

  validation {
    condition     = length(trimspace(var.error_filter_pattern)) > 0 && length(var.error_filter_pattern) <= 1024
    error_message = "error_filter_pattern must have 1 to 1024 characters: an empty one counts every line. To count nothing, set create_error_metric to false."
  }
}

variable "create_error_alarm" {
  description = "Whether an alarm watches the errors. It needs create_error_metric."
  type        = bool
  default     = true
  nullable    = false
}

variable "error_alarm_threshold" {
  description = "Errors in five minutes from which on the alarm is raised."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.error_alarm_threshold >= 1 && floor(var.error_alarm_threshold) == var.error_alarm_threshold
    error_message = "error_alarm_threshold must be a whole number of 1 or more."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that are told when the alarm is raised and when it is over; empty shows it in the console only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.alarm_topic_arns) <= 5 && alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "alarm_topic_arns must be the ARNs of at most 5 SNS topics, arn:aws:sns:<region>:<account>:<name>."
  }
}

variable "create_dashboard" {
  description = "Whether a dashboard shows what arrives in each group, and the errors."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of all that is made here and can have them."
  type        = map(string)
  default     = {}
  nullable    = false
}
