-- A reviewer's name may be the subject of a certificate, as nginx writes it:
-- longer than 64 characters, with "\", "+" and quotation marks, or in Chinese.
-- "?" is the actor of a sign-in that named nobody.

ALTER TABLE registration.reviewer
    DROP CONSTRAINT reviewer_name_check,
    ADD CONSTRAINT reviewer_name_check
        CHECK (octet_length(name) BETWEEN 1 AND 256
               AND name !~ '[\x01-\x1f\x7f]'
               AND name <> '?');
