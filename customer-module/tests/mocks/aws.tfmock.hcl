# What the mocked provider answers in the tests, in place of a random text.

mock_data "aws_caller_identity" {
  defaults = { account_id = "222222222222" }
}
mock_data "aws_partition" {
  defaults = { partition = "aws" }
}
mock_data "aws_region" {
  defaults = { id = "eu-west-1" }
}
mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::222222222222:role/CustomerLogDistribution" }
}
