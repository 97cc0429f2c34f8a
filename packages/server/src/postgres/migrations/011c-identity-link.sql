-- How an issuer's word came to stand for a person: what was found by an e-mail address alone proves less.
alter table identity add column linked_by text not null default 'person' check (linked_by in ('made', 'e-mail', 'person'));
