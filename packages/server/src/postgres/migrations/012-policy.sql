-- What is set by policy: a word of the account's and of each group's, with a lock, and what people choose for themselves.
create table account_policy (
  account_id uuid not null references account on delete cascade,
  setting text not null check (length(setting) <= 40),
  value text not null check (length(value) <= 2000),
  is_locked boolean not null,
  primary key (account_id, setting)
);

create table group_policy (
  account_id uuid not null,
  group_id uuid not null,
  setting text not null check (length(setting) <= 40),
  value text not null check (length(value) <= 2000),
  is_locked boolean not null,
  primary key (account_id, group_id, setting),
  foreign key (account_id, group_id) references user_group on delete cascade
);

create table policy_choice (
  account_id uuid not null,
  user_id uuid not null,
  setting text not null check (length(setting) <= 40),
  value text not null check (length(value) <= 2000),
  primary key (account_id, user_id, setting),
  foreign key (account_id, user_id) references app_user on delete cascade
);

-- Whether meetings and calendars are kept in step was a column of its own; it is a setting as any other.
insert into account_policy (account_id, setting, value, is_locked)
  select account_id, 'sync', 'off', true from account where not is_sync_on;
insert into group_policy (account_id, group_id, setting, value, is_locked)
  select account_id, group_id, 'sync', case when is_sync_on then 'on' else 'off' end, true
  from user_group where is_sync_on is not null;
-- An account's word that is locked would silence the groups that say otherwise.
update account_policy set is_locked = false
  where account_id in (select account_id from group_policy where setting = 'sync');
alter table account drop column is_sync_on;
alter table user_group drop column is_sync_on;

do $$
declare
  name text;
begin
  foreach name in array array['account_policy', 'group_policy', 'policy_choice'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;
