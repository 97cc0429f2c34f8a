-- People by the state of their connection and by their role.
create index connection_in_state on connection (account_id, state, user_id);
create index app_user_by_role on app_user (account_id, role, email);
