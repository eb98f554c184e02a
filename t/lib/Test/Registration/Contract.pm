# Holds every answer of a test against openapi.yaml, the project's own
# description of its interface.

package Test::Registration::Contract;

use v5.36;
use utf8;

use JSON::Validator;
use YAML::XS ();

my $document;
my @faults;


sub document
{
    local $YAML::XS::Boolean = 'JSON::PP';

    return $document //= YAML::XS::LoadFile(
        "$Test::Registration::Servers::ROOT/openapi.yaml");
}


# The operation that a request is for, as (template, object).

sub operation ($method, $path)
{
    my $paths = document()->{paths};

    for my $template (sort { $a =~ tr/{// <=> $b =~ tr/{// } keys %$paths) {
        my $servers = $paths->{$template}{servers} // document()->{servers};
        my $base    = $servers->[0]{url} =~ s{/$}{}r;
        my ($rest)  = $path =~ m{^\Q$base\E(/[^?]*)} or next;
        my $pattern = join '[^/]+', map { quotemeta }
            split /\{[^}]+\}/, $template, -1;

        return ($template, $paths->{$template}{lc $method})
            if $rest =~ /^$pattern$/;
    }

    return;
}


# Checks one answer; what is wrong is kept for faults().

sub observe ($method, $path, $answer)
{
    my ($template, $operation) = operation($method, $path);
    return if !$template;

    my $status = $answer->status;
    my $where  = "$method $template -> $status";

    # A method that is not described must be refused.

    if (!$operation) {
        push @faults, "$where: not described"
            if $method ne 'HEAD' && $status < 400;
        return;
    }

    my $described = $operation->{responses}{$status}
        // ($status >= 400 ? $operation->{responses}{default} : undef);

    if (!$described) {
        push @faults, "$where: this status is not described";
        return;
    }

    $described = resolve($described);
    push @faults, map { "$where: $_" } wrong($described, $answer);
}


sub resolve ($object)
{
    my $path = $object->{'$ref'} // return $object;
    my $at   = document();

    $at = $at->{$_} for grep { $_ ne '#' } split m{/}, $path;
    return $at;
}


sub wrong ($described, $answer)
{
    my @wrong = map { "no header $_" }
        grep { resolve($described->{headers}{$_})->{required}
               && !defined $answer->header($_) }
        sort keys(($described->{headers} // {})->%*);

    my $content = $described->{content}
        // return (@wrong, length $answer->body ? 'a body' : ());

    my ($type) = ($answer->header('Content-Type') // '') =~ /^([^;]*)/;
    my $media  = $content->{$type}
        // return (@wrong, "Content-Type \"$type\"");

    return @wrong if !$media->{schema} || $type !~ /json$/;

    return (@wrong, 'not JSON') if !defined $answer->json;
    return (@wrong, map { "$_" } validate($media->{schema}, $answer->json));
}


sub validate ($schema, $data)
{
    state %validator;

    my $validator = $validator{$schema} //= JSON::Validator->new->schema({
        '$schema'  => 'https://json-schema.org/draft/2020-12/schema',
        %$schema,
        components => document()->{components},
    });

    return $validator->validate($data);
}


sub faults { @faults }


1;
