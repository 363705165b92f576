"""Measures how fast a run is, against Ansible as it comes and against a plain boto3 script: `make bench`."""
