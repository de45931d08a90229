"""Rules about the deployment files. Each returns the sentences that say what is wrong; none means well."""
