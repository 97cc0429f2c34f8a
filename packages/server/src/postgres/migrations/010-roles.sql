-- What was an administrator was the one that there was: who had every right has it still.
select set_config('kalends.account_id', 'system', true);
alter table app_user drop constraint app_user_role_check;
update app_user set role = 'owner' where role = 'administrator';
alter table app_user add constraint app_user_role_check
  check (role in ('owner', 'calendar-admin', 'room-admin', 'auditor', 'user'));
