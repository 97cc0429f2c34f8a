-- An administrator's connection to an organisation is removed as a revocation of what it opened, and of nothing else of the
-- same tenant.
alter table revocation add column tenant_connection_id uuid;
