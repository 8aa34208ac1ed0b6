"""moto as an emulated AWS that Terraform's provider can read back what it wrote from.

Each function below mends one defect of moto 5.2.5 that makes `terraform apply` wait for ever, `terraform plan` see a difference that is not there, or the run
inside what was applied fail where it would not on AWS; it says where in moto's source the defect is. It changes no answer that AWS gives otherwise, and is used by the infrastructure tests only.

By hand:  MOTO_IAM_LOAD_MANAGED_POLICIES=true python test/infra/emulator/moto_server.py PORT
(`python` is that of .logferry/witness/moto-*/venv, made by `npm run test:witness -- moto` or `npm run test:infra`.)
"""

import json
import os
import sys
import threading
import time

# Without them, attaching a policy of AWS's own is NoSuchEntity. Read when moto.iam is imported.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto import server
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.awslambda.models import LambdaFunction
from moto.cloudwatch.responses import CloudWatchResponse
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.access_control import IAMPolicy
from moto.iam.models import Role
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse
from moto.s3 import notifications
from moto.s3.models import FakeBucket
from moto.sqs.models import Queue

# The paths below are under https://github.com/getmoto/moto/blob/5.2.5/moto


def keep_queue_policy():
    """sqs/models.py, Queue._set_attributes: `self.policy = attributes.get("Policy")` forgets the policy with every call that does not name it;
    aws_sqs_queue_policy beside aws_sqs_queue_redrive_policy then waits for what it has written."""
    set_attributes = Queue._set_attributes

    def mended(self, attributes, now=None):
        had = self.policy if hasattr(self, "_policy_json") else None
        set_attributes(self, attributes, now)
        if "Policy" not in attributes and had:
            self.policy = had

    Queue._set_attributes = mended


def return_redrive_policies():
    """sqs/models.py, Queue.attributes: it has never heard of RedriveAllowPolicy, so aws_sqs_queue_redrive_allow_policy waits for ever; and it prints
    RedrivePolicy with blanks, which AWS does not, so an inline `redrive_policy` differs on every plan. An emptied policy is left out, as AWS does: destroy
    waits for that."""
    attributes = Queue.attributes.fget
    Queue.redrive_allow_policy = None
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]

    def mended(self):
        result = attributes(self)
        if self.redrive_policy:
            result["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        if not self.redrive_allow_policy:
            result.pop("RedriveAllowPolicy", None)
        return result

    Queue.attributes = property(mended)


def tag_scalable_targets():
    """applicationautoscaling/responses.py has no ListTagsForResource, TagResource and UntagResource: it answers 500, which the provider tries again for
    minutes. Tags given to RegisterScalableTarget are dropped too."""
    register = ApplicationAutoScalingResponse.register_scalable_target

    def tags_of(self):
        backend: ApplicationAutoscalingBackend = self.applicationautoscaling_backend
        if not hasattr(backend, "tags_by_arn"):
            backend.tags_by_arn = {}
        return backend.tags_by_arn.setdefault(self._get_param("ResourceARN"), {})

    def register_scalable_target(self):
        answer = register(self)
        backend = self.applicationautoscaling_backend
        if not hasattr(backend, "tags_by_arn"):
            backend.tags_by_arn = {}
        backend.tags_by_arn.setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(self._get_param("Tags") or {})
        return answer

    def list_tags_for_resource(self):
        return json.dumps({"Tags": tags_of(self)})

    def tag_resource(self):
        tags_of(self).update(self._get_param("Tags") or {})
        return "{}"

    def untag_resource(self):
        for key in self._get_param("TagKeys") or []:
            tags_of(self).pop(key, None)
        return "{}"

    for method in (register_scalable_target, list_tags_for_resource, tag_resource, untag_resource):
        setattr(ApplicationAutoScalingResponse, method.__name__, method)


def put_composite_alarms():
    """cloudwatch/responses.py: put_metric_alarm reads AlarmRule "to re-use this method for composite alarms as well", but nothing calls it for them: 500."""
    CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm


def keep_capacity_providers():
    """ecs/responses.py, create_service reads neither capacityProviderStrategy nor availabilityZoneRebalancing nor enableECSManagedTags: every plan wants to make
    the service anew.
    With a strategy AWS reports no launch type, and moto's default of EC2 would be a difference too."""
    create = EC2ContainerServiceResponse.create_service
    make = EC2ContainerServiceBackend.create_service
    asked = threading.local()

    def create_service(self):
        asked.strategy = self._get_param("capacityProviderStrategy")
        asked.rebalancing = self._get_param("availabilityZoneRebalancing")
        asked.managed_tags = self._get_param("enableECSManagedTags")
        return create(self)

    def mended(self, *args, **kwargs):
        service = make(self, *args, **kwargs)
        if getattr(asked, "strategy", None):
            service.capacity_provider_strategy = asked.strategy
            service.launch_type = None
        service.availability_zone_rebalancing = getattr(asked, "rebalancing", None) or "ENABLED"
        service.enable_ecs_managed_tags = bool(getattr(asked, "managed_tags", False))
        return service

    EC2ContainerServiceResponse.create_service = create_service
    EC2ContainerServiceBackend.create_service = mended


def describe_rules_for_groups():
    """ec2/models/security_groups.py, SecurityGroupRule.description looks at blocks of addresses only: a rule for another group has none on the next plan."""
    SecurityGroupRule.description = property(lambda self: self.ip_range.get("Description") or self.source_group.get("Description"))


def keep_logging_config():
    """awslambda/models.py, LambdaFunction reads no LoggingConfig: a function with a log group of its own differs on every plan."""
    make = LambdaFunction.__init__
    describe = LambdaFunction.get_configuration

    def mended(self, account_id, spec, *args, **kwargs):
        make(self, account_id, spec, *args, **kwargs)
        self.logging_config = {"LogFormat": "Text", "LogGroup": self.logs_group_name, **(spec.get("LoggingConfig") or {})}

    def get_configuration(self, *args, **kwargs):
        return {**describe(self, *args, **kwargs), "LoggingConfig": self.logging_config}

    LambdaFunction.__init__ = mended
    LambdaFunction.get_configuration = get_configuration


def keep_log_group_class():
    """logs/responses.py, create_log_group reads no logGroupClass, and logs/models.py, LogGroup.to_describe_dict tells none, which AWS always does: whoever names
    one would have the group replaced on every plan. CloudFormation hands it to the constructor."""
    make = LogGroup.__init__
    create = LogsResponse.create_log_group
    describe = LogGroup.to_describe_dict

    def mended(self, *args, **kwargs):
        make(self, *args, **kwargs)
        self.log_group_class = kwargs.get("LogGroupClass") or "STANDARD"

    def create_log_group(self):
        answer = create(self)
        group = self.logs_backend.groups[self._get_param("logGroupName")]
        group.log_group_class = self._get_param("logGroupClass") or "STANDARD"
        return answer

    LogGroup.__init__ = mended
    LogsResponse.create_log_group = create_log_group
    LogGroup.to_describe_dict = lambda self: {**describe(self), "logGroupClass": self.log_group_class}


def leave_messages_to_workers():
    """sqs/models.py, Queue.add_message runs the function of a mapping itself, in Docker, and cannot run images at all: each message would be answered 500.
    The mapping is there, and nobody polls for it."""
    Queue.lambda_event_source_mappings = property(lambda self: {}, lambda self, _mappings: None)


def skip_conditions_of_buckets():
    """s3/models.py, FakeBucket.get_permission asks the bucket's policy without telling it anything of the request, and iam/access_control.py,
    IAMPolicyStatement.is_action_permitted takes a condition that does not hold for a denial: a bucket that only refuses what comes without TLS refuses all.
    Statements with a condition are left out."""

    def get_permission(self, action, resource):
        document = json.loads(self.policy or '{"Statement": []}')
        statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        asked = {**document, "Statement": [one for one in statements if "Condition" not in one]}
        return IAMPolicy(json.dumps(asked)).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def tell_versions():
    """s3/notifications.py, _get_s3_event names no version of the object, which S3 does where the bucket is versioned, and encodes the slashes of its key, which
    S3 leaves as they are. The worker asks for the version that it is told, and needs another permission for it."""
    make = notifications._get_s3_event

    def mended(event_name, bucket, key, notification_id):
        event = make(event_name, bucket, key, notification_id)
        told = event["Records"][0]["s3"]["object"]
        told["key"] = told["key"].replace("%2F", "/")
        if bucket.is_versioned:
            told["versionId"] = key.version_id
        return event

    notifications._get_s3_event = mended


def keep_policies_of_stacks():
    """iam/models.py, Role.create_from_cloudformation_json hands an inline policy on as it stands in the template, and GetRolePolicy then answers Python's own text of
    it, which is no JSON."""
    put = Role.put_policy

    def put_policy(self, policy_name, policy_json):
        put(self, policy_name, policy_json if isinstance(policy_json, str) else json.dumps(policy_json, default=str))

    Role.put_policy = put_policy


def update_trust_of_stacks():
    """iam/models.py, Role.update_from_cloudformation_json leaves the trust policy as it was."""
    update = Role.update_from_cloudformation_json.__func__

    def mended(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        role = update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        role.assume_role_policy_document = json.dumps(cloudformation_json["Properties"]["AssumeRolePolicyDocument"], default=str)
        return role

    Role.update_from_cloudformation_json = classmethod(mended)


def tell_outputs_of_change_sets():
    """cloudformation/models.py, ChangeSet.apply makes the resources of a change set (`aws cloudformation deploy`), but the outputs stay those of the empty stack that
    it began with. Only some environments have what moto's CloudFormation imports."""
    try:
        from moto.cloudformation.models import ChangeSet, OutputMap
    except ImportError:
        return
    apply = ChangeSet.apply

    def mended(self):
        apply(self)
        self.stack.output_map = OutputMap(self.stack.resource_map, self.template_dict, self.stack.stack_id)

    ChangeSet.apply = mended


def end_with_parent():
    """A test that is killed leaves nobody behind."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    keep_queue_policy()
    return_redrive_policies()
    tag_scalable_targets()
    put_composite_alarms()
    keep_capacity_providers()
    describe_rules_for_groups()
    keep_logging_config()
    keep_log_group_class()
    leave_messages_to_workers()
    skip_conditions_of_buckets()
    tell_versions()
    keep_policies_of_stacks()
    update_trust_of_stacks()
    tell_outputs_of_change_sets()
    if "--with-parent" in sys.argv:
        threading.Thread(target=end_with_parent, daemon=True).start()
    server.main(["-H", "127.0.0.1", "-p", sys.argv[1]])
