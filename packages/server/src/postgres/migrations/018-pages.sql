-- Pages of an organisation of 50,000 people and 1,000,000 entries in its log, each read in a fraction of a second.

-- The second fence is asked once for each query, not twice for each row with a number turned into text: reading many rows
-- takes a quarter of the time. Who may see what stays as it was: an account's own rows, all for the system, none without.
do $$
declare
  fenced record;
begin
  for fenced in select tablename from pg_policies where schemaname = current_schema and policyname = 'by_account' loop
    execute format(
      'alter policy by_account on %I using (
        account_id = (select case when current_setting(''kalends.account_id'', true) ~ ''^[0-9a-f-]{36}$''
          then current_setting(''kalends.account_id'', true)::uuid end)
        or (select current_setting(''kalends.account_id'', true) = ''system''))',
      fenced.tablename);
  end loop;
end $$;

-- What a search looks into: small letters, and wide and half-wide letters of Japanese keyboards as one. Indexes by parts of
-- words are of no use behind row-level security, and know no words of one or two letters; reading all of these takes 20 ms.
alter table app_user add column search_text text not null
  generated always as (lower(normalize(email || ' ' || display_name, nfkc))) stored;
