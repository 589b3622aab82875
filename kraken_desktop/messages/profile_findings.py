"""Words for what is wrong or unwise in a profile or an account, apart from S3's rules for single fields."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

_OPENS = QT_TRANSLATE_NOOP("messages", "It has to be a complete address, with https:// and a server’s name.")
_SAFE = QT_TRANSLATE_NOOP("messages", "Without https, others on the way could read or change what is sent.")
_NO_PARTS = QT_TRANSLATE_NOOP("messages", "Names of images are added at its end, so nothing may follow the path.")
_USER = QT_TRANSLATE_NOOP("messages", "Addresses are kept in a file and shown, so they must hold no password.")
_HTTPS = QT_TRANSLATE_NOOP("messages", "Begin the address with https://.")
_CUT = QT_TRANSLATE_NOOP("messages", "Remove “{detail}” and what follows it.")
_CUT_USER = QT_TRANSLATE_NOOP("messages", "Remove everything before the @, and the @ itself.")

PROFILE_FINDINGS: dict[str, Message] = {
    "name.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The name is missing."),
        QT_TRANSLATE_NOOP("messages", "It is how you choose between several."),
        QT_TRANSLATE_NOOP("messages", "Enter a name."),
    ),
    "account_id.missing": Message(
        QT_TRANSLATE_NOOP("messages", "No Kraken.io account is chosen."),
        QT_TRANSLATE_NOOP("messages", "Kraken.io optimizes the images of this profile, and needs an account for it."),
        QT_TRANSLATE_NOOP("messages", "Choose an account, or add one first."),
    ),
    "uploader.needs_kraken_engine": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io can upload only what it optimized itself."),
        QT_TRANSLATE_NOOP("messages", "Optimizing on this computer and uploading by Kraken.io do not go together."),
        QT_TRANSLATE_NOOP("messages", "Choose Kraken.io for both."),
    ),
    "acl.none_with_kraken": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io cannot upload without an ACL."),
        QT_TRANSLATE_NOOP("messages", "If none is sent, Kraken.io makes the image public."),
        QT_TRANSLATE_NOOP("messages", "Choose public or private."),
    ),
    "acl.not_of_objects": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} has no ACLs for single images."),
        QT_TRANSLATE_NOOP("messages", "It refuses one, or goes by the setting of the bucket all the same."),
        QT_TRANSLATE_NOOP("messages", "Choose “As the bucket says”, and let the bucket decide who opens the images."),
    ),
    "tags.not_there": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} has no tags for objects."),
        QT_TRANSLATE_NOOP("messages", "It refuses images that come with some."),
        QT_TRANSLATE_NOOP("messages", "Remove the tags, or use metadata instead."),
    ),
    "folder.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The folder is missing."),
        QT_TRANSLATE_NOOP("messages", "It is where the images are put."),
        QT_TRANSLATE_NOOP("messages", "Choose one from the list of folders, or write its whole path."),
    ),
    "folder.needs_local_uploader": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io cannot write into a folder of this computer."),
        QT_TRANSLATE_NOOP("messages", "It stores images in Amazon S3 only."),
        QT_TRANSLATE_NOOP("messages", "Let this computer upload, or choose a bucket instead of the folder."),
    ),
    "folder.not_absolute": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not the whole path of a folder."),
        QT_TRANSLATE_NOOP("messages", "It has to begin at the root of a disk, or images could land anywhere."),
        QT_TRANSLATE_NOOP("messages", "Choose the folder from the list of folders, or write its whole path."),
    ),
    "local_copy.not_absolute": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not the whole path of a folder for copies."),
        QT_TRANSLATE_NOOP("messages", "It has to begin at the root of a disk, or copies could land anywhere."),
        QT_TRANSLATE_NOOP("messages", "Choose the folder from the list of folders, or write its whole path."),
    ),
    "region.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The region is missing."),
        QT_TRANSLATE_NOOP("messages", "S3 accepts uploads only in the bucket’s own region."),
        QT_TRANSLATE_NOOP("messages", "Choose the region that the AWS console shows for the bucket."),
    ),
    "region.implausible": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not a region."),
        QT_TRANSLATE_NOOP("messages", "A region’s code looks like eu-central-1."),
        QT_TRANSLATE_NOOP("messages", "Choose one from the list."),
    ),
    "region.unknown": Message(
        QT_TRANSLATE_NOOP("messages", "The region “{detail}” is not in our list."),
        QT_TRANSLATE_NOOP("messages", "It may be a new one, or a slip of the keyboard."),
        QT_TRANSLATE_NOOP("messages", "Compare it with what the AWS console shows for the bucket."),
    ),
    "region.apart": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io may not be able to reach the region “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "It is run apart from the other regions of AWS."),
        QT_TRANSLATE_NOOP("messages", "Try it with one image first."),
    ),
    "endpoint.missing": Message(
        QT_TRANSLATE_NOOP("messages", "The S3 endpoint is missing."),
        QT_TRANSLATE_NOOP(
            "messages",
            "The region “{detail}” is none of Amazon’s, but of a service with an endpoint of its own, such as "
            "Cloudflare R2.",
        ),
        QT_TRANSLATE_NOOP("messages", "Enter the account ID that the service shows, or its S3 endpoint."),
    ),
    "endpoint.not_a_url": Message(
        QT_TRANSLATE_NOOP("messages", "The endpoint is not an address."),
        _OPENS,
        QT_TRANSLATE_NOOP("messages", "Copy it from your storage provider, or leave it empty for AWS."),
    ),
    "endpoint.not_https": Message(QT_TRANSLATE_NOOP("messages", "The endpoint has no https."), _SAFE, _HTTPS),
    "endpoint.extra_parts": Message(
        QT_TRANSLATE_NOOP("messages", "The endpoint has more than a server and a path."), _NO_PARTS, _CUT
    ),
    "endpoint.user_info": Message(
        QT_TRANSLATE_NOOP("messages", "The endpoint holds a user name or a password."), _USER, _CUT_USER
    ),
    "endpoint.kraken_uploader": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io uploads to AWS only, and does not use this endpoint."),
        QT_TRANSLATE_NOOP("messages", "The endpoint is for requests of this computer; Kraken.io never gets it."),
        QT_TRANSLATE_NOOP("messages", "Use a bucket at AWS, and leave the endpoint empty."),
    ),
    "endpoint.has_bucket": Message(
        QT_TRANSLATE_NOOP("messages", "The endpoint already names the bucket “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "The bucket is added to the endpoint, and would be there twice."),
        QT_TRANSLATE_NOOP("messages", "Remove the bucket’s name from the endpoint."),
    ),
    "path_style.dotted_bucket": Message(
        QT_TRANSLATE_NOOP("messages", "The bucket “{detail}” has dots, and does not work in front of the host’s name."),
        QT_TRANSLATE_NOOP("messages", "The server’s certificate covers names without further dots only."),
        QT_TRANSLATE_NOOP("messages", "Leave path style to be chosen by itself, or turn it on."),
    ),
    "storage_class.kraken_uploader": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io does not know storage classes."),
        QT_TRANSLATE_NOOP("messages", "Images that it uploads get the bucket’s own class instead of “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "Let this computer upload, or leave the storage class empty."),
    ),
    "public_url.not_a_url": Message(
        QT_TRANSLATE_NOOP("messages", "The public address is not an address."),
        _OPENS,
        QT_TRANSLATE_NOOP("messages", "Enter it like https://images.example.com, or leave it empty."),
    ),
    "public_url.not_https": Message(
        QT_TRANSLATE_NOOP("messages", "The public address has no https."),
        QT_TRANSLATE_NOOP("messages", "Browsers refuse to show such images on safe pages."),
        _HTTPS,
    ),
    "public_url.extra_parts": Message(
        QT_TRANSLATE_NOOP("messages", "The public address has more than a server and a path."),
        _NO_PARTS,
        _CUT,
    ),
    "public_url.user_info": Message(
        QT_TRANSLATE_NOOP("messages", "The public address holds a user name or a password."), _USER, _CUT_USER
    ),
    "credentials.access_key_empty": Message(
        QT_TRANSLATE_NOOP("messages", "The access key ID is missing."),
        QT_TRANSLATE_NOOP("messages", "S3 stores images only for somebody it knows."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Create an access key at the storage service (at Amazon: in the console, IAM), and enter its ID.",
        ),
    ),
    "credentials.access_key_whitespace": Message(
        QT_TRANSLATE_NOOP("messages", "The access key ID has a blank or an invisible character in it."),
        QT_TRANSLATE_NOOP("messages", "That often comes along when copying."),
        QT_TRANSLATE_NOOP("messages", "Remove it."),
    ),
    "credentials.access_key_length": Message(
        QT_TRANSLATE_NOOP("messages", "The access key ID has an unusual length."),
        QT_TRANSLATE_NOOP("messages", "AWS’s have 20 characters as a rule; this one has {detail}."),
        QT_TRANSLATE_NOOP("messages", "Copy it again."),
    ),
    "credentials.looks_like_secret": Message(
        QT_TRANSLATE_NOOP("messages", "The access key ID looks like a secret access key."),
        QT_TRANSLATE_NOOP("messages", "The ID is kept in a file, where a secret must not be."),
        QT_TRANSLATE_NOOP("messages", "Enter the ID here (it begins with AKIA), and the secret in its own field."),
    ),
    "credentials.temporary_key": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io cannot use temporary access keys."),
        QT_TRANSLATE_NOOP("messages", "They need a session token, for which Kraken.io has no place."),
        QT_TRANSLATE_NOOP(
            "messages", "Enter a permanent access key, which begins with AKIA, or let this computer upload."
        ),
    ),
    "credentials.aws_profile_empty": Message(
        QT_TRANSLATE_NOOP("messages", "The name of the AWS profile is missing."),
        QT_TRANSLATE_NOOP("messages", "Without it the keys cannot be found."),
        QT_TRANSLATE_NOOP("messages", "Enter a name from your AWS configuration, such as default."),
    ),
    "credentials.aws_profile_with_kraken": Message(
        QT_TRANSLATE_NOOP("messages", "Kraken.io can use the keys of the AWS profile “{detail}” only if they last."),
        QT_TRANSLATE_NOOP(
            "messages", "Keys of a role or of SSO need a session token, for which Kraken.io has no place."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Let this computer upload, or make sure that the profile’s key begins with AKIA."
        ),
    ),
    "api_key.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The API key is missing."),
        QT_TRANSLATE_NOOP("messages", "Kraken.io works only for somebody it knows."),
        QT_TRANSLATE_NOOP("messages", "Copy it from “API Credentials” on kraken.io."),
    ),
    "api_key.whitespace": Message(
        QT_TRANSLATE_NOOP("messages", "The API key has a blank or an invisible character in it."),
        QT_TRANSLATE_NOOP("messages", "That often comes along when copying."),
        QT_TRANSLATE_NOOP("messages", "Remove it."),
    ),
    "api_url.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The API address is missing."),
        QT_TRANSLATE_NOOP("messages", "It is where Kraken.io is asked."),
        QT_TRANSLATE_NOOP("messages", "Enter https://api.kraken.io."),
    ),
    "api_url.not_a_url": Message(
        QT_TRANSLATE_NOOP("messages", "The API address is not an address."),
        _OPENS,
        QT_TRANSLATE_NOOP("messages", "Enter https://api.kraken.io."),
    ),
    "api_url.not_https": Message(QT_TRANSLATE_NOOP("messages", "The API address has no https."), _SAFE, _HTTPS),
    "api_url.extra_parts": Message(
        QT_TRANSLATE_NOOP("messages", "The API address has more than a server and a path."),
        QT_TRANSLATE_NOOP("messages", "The rest is added by Kraken Desktop."),
        _CUT,
    ),
    "api_url.user_info": Message(
        QT_TRANSLATE_NOOP("messages", "The API address holds a user name or a password."), _USER, _CUT_USER
    ),
    "api_url.path": Message(
        QT_TRANSLATE_NOOP("messages", "The API address goes on after the server’s name: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Kraken Desktop adds /v1 itself, so requests may miss their goal."),
        QT_TRANSLATE_NOOP("messages", "Enter https://api.kraken.io, unless you know better."),
    ),
}

FIELDS: dict[str, str] = {
    "name": QT_TRANSLATE_NOOP("messages", "Name"),
    "engine": QT_TRANSLATE_NOOP("messages", "Optimized by"),
    "uploader": QT_TRANSLATE_NOOP("messages", "Uploaded by"),
    "account_id": QT_TRANSLATE_NOOP("messages", "Account"),
    "recipe_id": QT_TRANSLATE_NOOP("messages", "Recipe"),
    "bucket": QT_TRANSLATE_NOOP("messages", "Bucket"),
    "region": QT_TRANSLATE_NOOP("messages", "Region"),
    "endpoint": QT_TRANSLATE_NOOP("messages", "Endpoint"),
    "path_template": QT_TRANSLATE_NOOP("messages", "Path template"),
    "acl": QT_TRANSLATE_NOOP("messages", "Access (ACL)"),
    "tags": QT_TRANSLATE_NOOP("messages", "Tags"),
    "metadata": QT_TRANSLATE_NOOP("messages", "Metadata"),
    "headers": QT_TRANSLATE_NOOP("messages", "Headers"),
    "path_style": QT_TRANSLATE_NOOP("messages", "Path style"),
    "folder": QT_TRANSLATE_NOOP("messages", "Folder"),
    "storage_class": QT_TRANSLATE_NOOP("messages", "Storage class"),
    "local_copy": QT_TRANSLATE_NOOP("messages", "Local copies"),
    "public_url": QT_TRANSLATE_NOOP("messages", "Public address"),
    "collision": QT_TRANSLATE_NOOP("messages", "If the name is taken"),
    "credentials": QT_TRANSLATE_NOOP("messages", "Access key"),
    "api_key": QT_TRANSLATE_NOOP("messages", "API key"),
    "api_url": QT_TRANSLATE_NOOP("messages", "API address"),
}
"""Names of the fields that findings are about."""
