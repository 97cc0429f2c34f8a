-- The list of people with, or without, a second factor asked two tables of everybody, until it had met 200 where nearly all
-- have one, or none: what the row that is kept of each person says, too, and an index has in the order of the list.
-- For lists and looks ahead alone: whoever decides about access asks the factors themselves.
alter table listed_person add column has_factor boolean not null default false;
select set_config('kalends.account_id', 'system', true);
update listed_person as l set has_factor = true
where exists (select from totp as t where t.account_id = l.account_id and t.user_id = l.user_id and t.confirmed_at is not null)
  or exists (select from passkey as p where p.account_id = l.account_id and p.user_id = l.user_id);
alter table listed_person alter column has_factor drop default;

create or replace function list_person() returns trigger language plpgsql set search_path from current as $$
declare
  of_account uuid := coalesce(new.account_id, old.account_id);
  of_user uuid := coalesce(new.user_id, old.user_id);
begin
  perform from account where account_id = of_account for no key update;
  insert into listed_person as l
    (account_id, user_id, email, kind, role, group_id, provider, permission, contacts_permission, search_text, has_factor)
  select u.account_id, u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission,
    u.search_text,
    exists (select from totp as t where t.account_id = of_account and t.user_id = of_user and t.confirmed_at is not null)
      or exists (select from passkey as p where p.account_id = of_account and p.user_id = of_user)
  from app_user as u
    left join group_member as m on m.account_id = u.account_id and m.user_id = u.user_id
    left join connection as c on c.account_id = u.account_id and c.user_id = u.user_id
  where u.account_id = of_account and u.user_id = of_user
  on conflict (account_id, user_id) do update set email = excluded.email, role = excluded.role, group_id = excluded.group_id,
    provider = excluded.provider, permission = excluded.permission, contacts_permission = excluded.contacts_permission,
    search_text = excluded.search_text, has_factor = excluded.has_factor
  where (l.email, l.role, l.group_id, l.provider, l.permission, l.contacts_permission, l.search_text, l.has_factor)
    is distinct from
    (excluded.email, excluded.role, excluded.group_id, excluded.provider, excluded.permission, excluded.contacts_permission,
      excluded.search_text, excluded.has_factor);
  return null;
end $$;

-- An app that nobody has shown a code of yet is no factor, and using one changes nothing: neither comes here.
create constraint trigger list_person_added after insert on totp
  deferrable initially deferred for each row when (new.confirmed_at is not null) execute function list_person();
create constraint trigger list_person_changed after update of confirmed_at on totp
  deferrable initially deferred for each row when (old.confirmed_at is distinct from new.confirmed_at)
  execute function list_person();
create constraint trigger list_person_removed after delete on totp
  deferrable initially deferred for each row when (old.confirmed_at is not null) execute function list_person();
create constraint trigger list_person after insert or delete on passkey
  deferrable initially deferred for each row execute function list_person();

create index listed_person_by_factor on listed_person (account_id, has_factor, email) include (role, group_id, user_id)
  where kind = 'person';
-- The look ahead leaves out who is suspended: few, found without reading everybody.
create index app_user_suspended on app_user (account_id, user_id) where suspended_at is not null;
