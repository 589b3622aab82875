"""Words for S3's own rules: bucket names, tags, metadata and headers."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

_COPY_NAME = QT_TRANSLATE_NOOP("messages", "Copy the bucket’s name from the AWS console.")
_ONE_LINE = QT_TRANSLATE_NOOP("messages", "Remove line ends, tabs and other invisible characters from its value.")
_ASCII = QT_TRANSLATE_NOOP("messages", "Use letters without accents, digits and common signs only.")

S3_FINDINGS: dict[str, Message] = {
    "bucket.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket is missing."),
        QT_TRANSLATE_NOOP("messages", "It is where your images go."),
        QT_TRANSLATE_NOOP("messages", "Enter the name of your bucket."),
    ),
    "bucket.not_a_name": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is an address or a path, not a bucket’s name."),
        QT_TRANSLATE_NOOP("messages", "The name alone is needed; folders belong into the path template."),
        _COPY_NAME,
    ),
    "bucket.too_short": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name is too short."),
        QT_TRANSLATE_NOOP("messages", "S3 wants 3 to 63 characters; these are {detail}."),
        _COPY_NAME,
    ),
    "bucket.too_long": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name is too long."),
        QT_TRANSLATE_NOOP("messages", "S3 wants 3 to 63 characters; these are {detail}."),
        _COPY_NAME,
    ),
    "bucket.characters": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name has characters that S3 does not allow: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Allowed are small letters, digits, hyphens and dots."),
        _COPY_NAME,
    ),
    "bucket.upper_case": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name has capital letters: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Only very old buckets in us-east-1 have them."),
        QT_TRANSLATE_NOOP("messages", "Write it in small letters, unless yours is such an old one."),
    ),
    "bucket.underscore": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name has an underscore."),
        QT_TRANSLATE_NOOP("messages", "Only very old buckets in us-east-1 have one."),
        QT_TRANSLATE_NOOP("messages", "Write a hyphen, unless yours is such an old one."),
    ),
    "bucket.ends": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name begins or ends with “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "It has to begin and end with a small letter or a digit."),
        _COPY_NAME,
    ),
    "bucket.double_dot": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name has two dots in a row."),
        QT_TRANSLATE_NOOP("messages", "S3 does not allow that."),
        _COPY_NAME,
    ),
    "bucket.ip_address": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” looks like an IP address."),
        QT_TRANSLATE_NOOP("messages", "S3 does not allow that as a bucket’s name."),
        _COPY_NAME,
    ),
    "bucket.reserved_prefix": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name begins with “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "AWS keeps such names for itself."),
        _COPY_NAME,
    ),
    "bucket.reserved_suffix": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name ends with “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "AWS keeps such names for itself."),
        _COPY_NAME,
    ),
    "bucket.dots": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket’s name has dots."),
        QT_TRANSLATE_NOOP("messages", "Its short address does not work with https, so links take the longer form."),
        QT_TRANSLATE_NOOP("messages", "Nothing needs to be done; for a new bucket choose a name without dots."),
    ),
    "tags.too_many": Message(
        QT_TRANSLATE_NOOP("messages", "There are too many tags."),
        QT_TRANSLATE_NOOP("messages", "S3 allows 10 on an object; these are {detail}."),
        QT_TRANSLATE_NOOP("messages", "Remove some."),
    ),
    "tags.empty_key": Message(
        QT_TRANSLATE_NOOP("messages", "A tag has no name."),
        QT_TRANSLATE_NOOP("messages", "A tag may do without a value, but not without a name."),
        QT_TRANSLATE_NOOP("messages", "Enter a name, or remove the tag."),
    ),
    "tags.duplicate": Message(
        QT_TRANSLATE_NOOP("messages", "The tag “{detail}” is there twice."),
        QT_TRANSLATE_NOOP("messages", "Each name can have one value only."),
        QT_TRANSLATE_NOOP("messages", "Remove one of them."),
    ),
    "tags.key_too_long": Message(
        QT_TRANSLATE_NOOP("messages", "The name of a tag is too long: {detail}"),
        QT_TRANSLATE_NOOP("messages", "S3 allows 128 characters; some, such as emoji, count twice."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "tags.value_too_long": Message(
        QT_TRANSLATE_NOOP("messages", "The value of the tag “{detail}” is too long."),
        QT_TRANSLATE_NOOP("messages", "S3 allows 256 characters; some, such as emoji, count twice."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "tags.characters": Message(
        QT_TRANSLATE_NOOP("messages", "The tags have characters that S3 does not allow: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Allowed are letters, digits, blanks, and + - = . _ : / @"),
        QT_TRANSLATE_NOOP("messages", "Remove or replace them."),
    ),
    "tags.aws_prefix": Message(
        QT_TRANSLATE_NOOP("messages", "The tag “{detail}” begins with aws: in its name or value."),
        QT_TRANSLATE_NOOP("messages", "AWS keeps that beginning for itself."),
        QT_TRANSLATE_NOOP("messages", "Choose another beginning."),
    ),
    "metadata.empty_name": Message(
        QT_TRANSLATE_NOOP("messages", "A metadata entry has no name."),
        QT_TRANSLATE_NOOP("messages", "S3 stores values under names."),
        QT_TRANSLATE_NOOP("messages", "Enter a name, or remove the entry."),
    ),
    "metadata.bad_name": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” cannot be a name of metadata."),
        QT_TRANSLATE_NOOP("messages", "Names consist of letters, digits and hyphens, without blanks."),
        QT_TRANSLATE_NOOP("messages", "Change the name, for instance to my-name."),
    ),
    "metadata.duplicate": Message(
        QT_TRANSLATE_NOOP("messages", "The metadata “{detail}” is there twice."),
        QT_TRANSLATE_NOOP("messages", "Capital and small letters are the same in these names."),
        QT_TRANSLATE_NOOP("messages", "Remove one of them."),
    ),
    "metadata.control_character": Message(
        QT_TRANSLATE_NOOP("messages", "The metadata “{detail}” has an invisible character in it."),
        QT_TRANSLATE_NOOP("messages", "A value has to be one line of text."),
        _ONE_LINE,
    ),
    "metadata.not_ascii": Message(
        QT_TRANSLATE_NOOP("messages", "The metadata “{detail}” has accents or other special letters."),
        QT_TRANSLATE_NOOP("messages", "They travel in HTTP headers, which do not carry them reliably."),
        _ASCII,
    ),
    "metadata.too_large": Message(
        QT_TRANSLATE_NOOP("messages", "There is too much metadata."),
        QT_TRANSLATE_NOOP("messages", "S3 allows 2,048 bytes for names and values together; these are {detail}."),
        QT_TRANSLATE_NOOP("messages", "Shorten or remove some."),
    ),
    "metadata.prefix": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” begins with x-amz-meta-."),
        QT_TRANSLATE_NOOP("messages", "That beginning is added by itself, and would be there twice."),
        QT_TRANSLATE_NOOP("messages", "Enter the name without it."),
    ),
    "headers.empty_name": Message(
        QT_TRANSLATE_NOOP("messages", "A header has no name."),
        QT_TRANSLATE_NOOP("messages", "Each header is a name with a value, such as Cache-Control."),
        QT_TRANSLATE_NOOP("messages", "Enter a name, or remove the header."),
    ),
    "headers.bad_name": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” cannot be a header’s name."),
        QT_TRANSLATE_NOOP("messages", "Names consist of letters, digits and hyphens, without blanks or colons."),
        QT_TRANSLATE_NOOP("messages", "Change the name, for instance to Cache-Control."),
    ),
    "headers.duplicate": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” is there twice."),
        QT_TRANSLATE_NOOP("messages", "Capital and small letters are the same in these names."),
        QT_TRANSLATE_NOOP("messages", "Remove one of them."),
    ),
    "headers.control_character": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” has an invisible character in it."),
        QT_TRANSLATE_NOOP("messages", "A value has to be one line of text."),
        _ONE_LINE,
    ),
    "headers.not_ascii": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” has accents or other special letters."),
        QT_TRANSLATE_NOOP("messages", "HTTP headers do not carry them reliably."),
        _ASCII,
    ),
    "headers.empty_value": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” has no value."),
        QT_TRANSLATE_NOOP("messages", "A header without a value does nothing."),
        QT_TRANSLATE_NOOP("messages", "Enter a value, or remove the header."),
    ),
    "headers.reserved": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” cannot be set here."),
        QT_TRANSLATE_NOOP("messages", "Whoever uploads sets it; another value would make S3 refuse the upload."),
        QT_TRANSLATE_NOOP("messages", "Remove it."),
    ),
    "headers.use_acl": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” sets who may read the image."),
        QT_TRANSLATE_NOOP("messages", "The profile has a field of its own for that, and both could disagree."),
        QT_TRANSLATE_NOOP("messages", "Remove the header, and choose public or private instead."),
    ),
    "headers.use_tags": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” sets tags."),
        QT_TRANSLATE_NOOP("messages", "The profile has a field of its own for that, and both could disagree."),
        QT_TRANSLATE_NOOP("messages", "Remove the header, and enter the tags instead."),
    ),
    "headers.use_metadata": Message(
        QT_TRANSLATE_NOOP("messages", "The header “{detail}” sets metadata."),
        QT_TRANSLATE_NOOP("messages", "The profile has a field of its own for that, and both could disagree."),
        QT_TRANSLATE_NOOP("messages", "Remove the header, and enter the metadata instead."),
    ),
    "headers.content_type": Message(
        QT_TRANSLATE_NOOP("messages", "Every image will be called “{detail}”, whatever it is."),
        QT_TRANSLATE_NOOP("messages", "The Content-Type is found out for each image; a fixed one may be wrong."),
        QT_TRANSLATE_NOOP("messages", "Remove the header, unless all your images are of this type."),
    ),
    "headers.content_type_ignored": Message(
        QT_TRANSLATE_NOOP("messages", "The Content-Type “{detail}” is not used."),
        QT_TRANSLATE_NOOP("messages", "This computer uploads, and calls each image what it is."),
        QT_TRANSLATE_NOOP("messages", "Remove the header."),
    ),
    "storage_class.characters": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” cannot be a storage class."),
        QT_TRANSLATE_NOOP("messages", "Their names consist of letters, digits and underscores, such as STANDARD_IA."),
        QT_TRANSLATE_NOOP("messages", "Correct it, or leave it empty."),
    ),
    "storage_class.archive": Message(
        QT_TRANSLATE_NOOP("messages", "Links to images in the storage class “{detail}” do not open."),
        QT_TRANSLATE_NOOP("messages", "It is an archive: S3 takes minutes to hours to bring an image back."),
        QT_TRANSLATE_NOOP("messages", "Choose another one, such as GLACIER_IR, or leave it empty."),
    ),
    "storage_class.unknown": Message(
        QT_TRANSLATE_NOOP("messages", "The storage class “{detail}” is not one that we know of AWS."),
        QT_TRANSLATE_NOOP("messages", "It may be a new one, or a slip of the keyboard."),
        QT_TRANSLATE_NOOP("messages", "Compare it with the AWS console, or leave it empty."),
    ),
}
