-- registration.correct() is called by registration.correct_once() alone, with
-- the rights of its owner.

REVOKE ALL ON FUNCTION registration.correct FROM registration_module;
