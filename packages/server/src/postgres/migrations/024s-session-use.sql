-- A session ends when it was not used for so long (expires_at, which every use moves on), and at ends_at in any case.
select set_config('kalends.account_id', 'system', true);
alter table session add column used_at timestamptz;
alter table session add column ends_at timestamptz;
update session set used_at = created_at, ends_at = expires_at;
alter table session alter column used_at set not null;
alter table session alter column ends_at set not null;
