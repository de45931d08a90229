"""The operators' console: topics, groups, projections, alerts, on a site and with a login of its own."""
