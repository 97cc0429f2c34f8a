-- Seeds of authenticator apps are sealed under the account's keys, too.
alter table key_work drop constraint key_work_place_check;
alter table key_work add constraint key_work_place_check
  check (place in ('credential', 'tenant-connection', 'rollout-step', 'totp'));
