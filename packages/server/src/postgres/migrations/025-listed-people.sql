-- One row for each person with what counts and lists of people look at, which else stands in three tables: their group, role
-- and kind of connection. Counting 50,000 is reading an index of this then, and not joining the three.
create table listed_person (
  account_id uuid not null,
  user_id uuid not null,
  email text not null,
  kind text not null,
  role text not null,
  group_id uuid,
  provider text,
  permission text,
  contacts_permission text,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);

alter table listed_person enable row level security;
alter table listed_person force row level security;
create policy by_account on listed_person using (
  account_id = (select case when current_setting('kalends.account_id', true) ~ '^[0-9a-f-]{36}$'
    then current_setting('kalends.account_id', true)::uuid end)
  or (select current_setting('kalends.account_id', true) = 'system'));

-- The row of the person that another row is about, as that person's rows are now. It runs when a transaction ends, and holds
-- the account from there, as the log does: so the last of several that change one person at once sees what all did, and
-- locks stay in their order, in which the account is the last.
create function list_person() returns trigger language plpgsql set search_path from current as $$
declare
  of_account uuid := coalesce(new.account_id, old.account_id);
  of_user uuid := coalesce(new.user_id, old.user_id);
begin
  perform from account where account_id = of_account for no key update;
  insert into listed_person as l (account_id, user_id, email, kind, role, group_id, provider, permission, contacts_permission)
  select u.account_id, u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission
  from app_user as u
    left join group_member as m on m.account_id = u.account_id and m.user_id = u.user_id
    left join connection as c on c.account_id = u.account_id and c.user_id = u.user_id
  where u.account_id = of_account and u.user_id = of_user
  on conflict (account_id, user_id) do update set email = excluded.email, role = excluded.role, group_id = excluded.group_id,
    provider = excluded.provider, permission = excluded.permission, contacts_permission = excluded.contacts_permission
  where (l.email, l.role, l.group_id, l.provider, l.permission, l.contacts_permission) is distinct from
    (excluded.email, excluded.role, excluded.group_id, excluded.provider, excluded.permission, excluded.contacts_permission);
  return null;
end $$;

create constraint trigger list_person after insert or update of email, role on app_user
  deferrable initially deferred for each row execute function list_person();
create constraint trigger list_person after insert or delete or update of group_id on group_member
  deferrable initially deferred for each row execute function list_person();
create constraint trigger list_person after insert or delete or update of provider, permission, contacts_permission on connection
  deferrable initially deferred for each row execute function list_person();

-- Of those who are there.
select set_config('kalends.account_id', 'system', true);
insert into listed_person (account_id, user_id, email, kind, role, group_id, provider, permission, contacts_permission)
select u.account_id, u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission
from app_user as u
  left join group_member as m on m.account_id = u.account_id and m.user_id = u.user_id
  left join connection as c on c.account_id = u.account_id and c.user_id = u.user_id;

create index listed_person_class on listed_person
  (account_id, kind, group_id, role, provider, permission, contacts_permission);
create index listed_person_of_provider on listed_person (account_id, provider, email) where provider is not null;
