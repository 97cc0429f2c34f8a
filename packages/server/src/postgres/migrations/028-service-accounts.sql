-- Beside what opens everybody's calendar an organisation may have service accounts, each of which opens the rooms that are shared
-- with it. One account is connected once.
alter table tenant_connection drop constraint tenant_connection_account_id_provider_tenant_id_key;
create unique index tenant_connection_of_all on tenant_connection (account_id, provider, tenant_id)
  where method <> 'service-sign-in';
create unique index tenant_connection_of_account on tenant_connection (account_id, provider, tenant_id, identity)
  where method = 'service-sign-in';
