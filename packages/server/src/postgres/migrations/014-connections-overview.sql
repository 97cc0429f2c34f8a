-- Pages about all connections of an organisation: counted, narrowed down and forecast without reading every row.
create index connection_by_state on connection (account_id, provider, state);
create index connection_by_organisation on connection (account_id, provider, tenant_id, state);
create index credential_by_end on credential (account_id, refresh_expires_at) where refresh_expires_at is not null;
create index credential_by_disuse on credential (account_id, used_at) where secret_kind = 'refresh-token';
create index subscription_by_end on subscription (account_id, expires_at);
create index group_member_by_group on group_member (account_id, group_id);
