#!/bin/bash
# Stands where LocalStack looks for the Java runtime that it would fetch from the internet. Drops the agent, which is not on Maven Central, and puts the
# class path where -jar was: the manifest names the libraries otherwise than Maven does.
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    -javaagent:*) ;;
    -jar)
      folder=$(dirname "$2")
      arguments+=(-cp "$folder/DynamoDBLocal.jar:$folder/DynamoDBLocal_lib/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner)
      shift
      ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
exec "$LOGFERRY_JAVA" "${arguments[@]}"
