-- How somebody proved who they are, and what they can prove it with besides a password.
alter table session add column signed_in_by text not null default 'password'
  check (signed_in_by in ('password', 'passkey', 'provider', 'hand-off', 'set-up'));
alter table session add column issuer text check (length(issuer) <= 40);
alter table session add column second_factor text
  check (second_factor in ('totp', 'recovery-code', 'passkey', 'provider'));
alter table session add column second_factor_at timestamptz;
alter table session add column awaits_second_factor boolean not null default false;

create table totp (
  account_id uuid not null,
  user_id uuid not null,
  sealed_secret bytea not null,
  last_step bigint not null check (last_step >= 0),
  created_at timestamptz not null,
  confirmed_at timestamptz,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);

create table recovery_code (
  account_id uuid not null,
  user_id uuid not null,
  code_hash bytea not null check (length(code_hash) = 32),
  created_at timestamptz not null,
  primary key (account_id, user_id, code_hash),
  foreign key (account_id, user_id) references app_user on delete cascade
);

create table passkey (
  account_id uuid not null,
  passkey_id uuid not null,
  user_id uuid not null,
  credential_id bytea not null check (length(credential_id) between 1 and 1023),
  public_key bytea not null check (length(public_key) <= 2048),
  counter bigint not null check (counter >= 0),
  is_backup_eligible boolean not null,
  is_backed_up boolean not null,
  transports text not null check (length(transports) <= 120),
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (account_id, passkey_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);
create unique index passkey_by_credential on passkey (account_id, credential_id);
create index passkey_by_user on passkey (account_id, user_id);
-- Who comes with a passkey says nothing else.
create index passkey_by_credential_alone on passkey (credential_id);

create table identity (
  account_id uuid not null,
  issuer text not null check (length(issuer) <= 2048),
  subject text not null check (length(subject) between 1 and 255),
  user_id uuid not null,
  created_at timestamptz not null,
  used_at timestamptz not null,
  primary key (account_id, issuer, subject),
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index identity_by_user on identity (account_id, user_id);
create index identity_by_subject on identity (issuer, subject);

-- What was answered once is not answered again.
create table spent_challenge (
  account_id uuid not null references account on delete cascade,
  challenge_hash bytea not null check (length(challenge_hash) = 32),
  expires_at timestamptz not null,
  primary key (account_id, challenge_hash)
);
create index spent_challenge_by_expiry on spent_challenge (expires_at);

do $$
declare
  name text;
begin
  foreach name in array array['totp', 'recovery_code', 'passkey', 'identity', 'spent_challenge'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;
