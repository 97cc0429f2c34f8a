-- A search among connections looks into the one row that says of a person that they are connected, too: nothing is joined but
-- the page.
alter table listed_person add column search_text text;
select set_config('kalends.account_id', 'system', true);
update listed_person as l set search_text = u.search_text from app_user as u
where u.account_id = l.account_id and u.user_id = l.user_id;
alter table listed_person alter column search_text set not null;

create or replace function list_person() returns trigger language plpgsql set search_path from current as $$
declare
  of_account uuid := coalesce(new.account_id, old.account_id);
  of_user uuid := coalesce(new.user_id, old.user_id);
begin
  perform from account where account_id = of_account for no key update;
  insert into listed_person as l
    (account_id, user_id, email, kind, role, group_id, provider, permission, contacts_permission, search_text)
  select u.account_id, u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission,
    u.search_text
  from app_user as u
    left join group_member as m on m.account_id = u.account_id and m.user_id = u.user_id
    left join connection as c on c.account_id = u.account_id and c.user_id = u.user_id
  where u.account_id = of_account and u.user_id = of_user
  on conflict (account_id, user_id) do update set email = excluded.email, role = excluded.role, group_id = excluded.group_id,
    provider = excluded.provider, permission = excluded.permission, contacts_permission = excluded.contacts_permission,
    search_text = excluded.search_text
  where (l.email, l.role, l.group_id, l.provider, l.permission, l.contacts_permission, l.search_text) is distinct from
    (excluded.email, excluded.role, excluded.group_id, excluded.provider, excluded.permission, excluded.contacts_permission,
      excluded.search_text);
  return null;
end $$;

set constraints all immediate;
drop trigger list_person on app_user;
create constraint trigger list_person after insert or update of email, display_name, role on app_user
  deferrable initially deferred for each row execute function list_person();
