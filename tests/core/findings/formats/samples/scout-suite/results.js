scoutsuite_results =
{
  "account_id": "111122223333",
  "environment": "default",
  "last_run": {
    "ruleset_about": "What was looked for.",
    "ruleset_name": "default",
    "run_parameters": {"services": [], "skipped_services": []},
    "summary": {"s3": {"checked_items": 2, "flagged_items": 1, "max_level": "danger"}},
    "time": "2026-03-01 09:00:00+0100",
    "version": "5.14.0"
  },
  "metadata": {},
  "provider_code": "aws",
  "provider_name": "Amazon Web Services",
  "result_format": "json",
  "service_list": ["ec2", "s3"],
  "services": {
    "ec2": {
      "findings": {
        "ec2-security-group-opens-SSH-port-to-all": {
          "checked_items": 12,
          "compliance": [{"name": "CIS Amazon Web Services Foundations", "reference": "4.1", "version": "1.2.0"}],
          "dashboard_name": "Rules",
          "description": "Security Group Opens SSH Port to All",
          "display_path": "ec2.regions.id.vpcs.id.security_groups.id",
          "flagged_items": 1,
          "items": ["ec2.regions.eu-central-1.vpcs.vpc-1.security_groups.sg-9.rules.ingress.protocols.TCP.ports.22.cidrs.0.CIDR"],
          "level": "danger",
          "path": "ec2.regions.id.vpcs.id.security_groups.id.rules.id.protocols.id.ports.id.cidrs.id.CIDR",
          "rationale": "SSH was <b>open</b> to everybody.",
          "references": ["https://docs.example/ssh"],
          "remediation": "Remove the rule.",
          "service": "EC2"
        }
      }
    },
    "s3": {
      "buckets": {"abc": {"name": "shop"}},
      "findings": {
        "s3-bucket-no-logging": {
          "checked_items": 2,
          "description": "Bucket Access Logging Disabled",
          "flagged_items": 2,
          "id_suffix": "logging",
          "items": ["s3.buckets.abc.logging", "s3.buckets.def.logging"],
          "level": "warning",
          "path": "s3.buckets.id",
          "rationale": "Accesses aren't logged.",
          "references": null,
          "remediation": null,
          "service": "S3"
        },
        "s3-bucket-world-acl": {
          "checked_items": 2, "description": "Bucket World-Readable", "flagged_items": 0, "items": [], "level": "danger", "path": "s3.buckets.id", "rationale": "", "service": "S3"
        }
      }
    }
  }
}
