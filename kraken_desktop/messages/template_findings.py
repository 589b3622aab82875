"""Words for path templates and the names that they make: problems, variables and filters."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

TEMPLATE_FINDINGS: dict[str, Message] = {
    "template.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The path template is empty."),
        QT_TRANSLATE_NOOP("messages", "It decides the name that each image gets in the bucket."),
        QT_TRANSLATE_NOOP("messages", "Write one, such as {{stem|slug}}-{{hash:8}}{{ext}}."),
    ),
    "template.unclosed_brace": Message(
        QT_TRANSLATE_NOOP("messages", "A brace is not closed: {detail}"),
        QT_TRANSLATE_NOOP("messages", "A variable stands between {{ and }}."),
        QT_TRANSLATE_NOOP("messages", "Add the missing }}."),
    ),
    "template.literal_brace": Message(
        QT_TRANSLATE_NOOP("messages", "There is a brace that belongs to no variable: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Braces in names break links and tools."),
        QT_TRANSLATE_NOOP("messages", "Remove it."),
    ),
    "template.unknown_variable": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is not a variable."),
        QT_TRANSLATE_NOOP("messages", "Only the variables of the list can be filled in."),
        QT_TRANSLATE_NOOP("messages", "Choose one from the list, such as {{name}}."),
    ),
    "template.unknown_filter": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is not a filter."),
        QT_TRANSLATE_NOOP("messages", "After the bar stands what is done to the value."),
        QT_TRANSLATE_NOOP("messages", "Use |slug or |lower."),
    ),
    "template.bad_argument": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} has a wrong number after its colon."),
        QT_TRANSLATE_NOOP("messages", "hash takes 1 to 64, random 1 to 32, counter 1 to 9; the others take none."),
        QT_TRANSLATE_NOOP("messages", "Correct the number, or leave it out."),
    ),
    "template.bad_date_directive": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is not a part of a date."),
        QT_TRANSLATE_NOOP("messages", "Known are %Y %y %m %d %H %M %S %j %G %V %u."),
        QT_TRANSLATE_NOOP("messages", "Use one of them, such as {{date:%Y/%m}}."),
    ),
    "template.forbidden_character": Message(
        QT_TRANSLATE_NOOP("messages", "The path template has a character that must not be in a name: {detail}"),
        QT_TRANSLATE_NOOP("messages", "AWS advises against it, because links and tools break on it."),
        QT_TRANSLATE_NOOP("messages", "Replace it with a hyphen."),
    ),
    "template.leading_slash": Message(
        QT_TRANSLATE_NOOP("messages", "The path template begins with a slash."),
        QT_TRANSLATE_NOOP("messages", "In a bucket that makes a folder without a name."),
        QT_TRANSLATE_NOOP("messages", "Remove the first slash."),
    ),
    "template.trailing_slash": Message(
        QT_TRANSLATE_NOOP("messages", "The path template ends with a slash."),
        QT_TRANSLATE_NOOP("messages", "Every image would get the name of the folder, and replace the one before."),
        QT_TRANSLATE_NOOP("messages", "Add a name after the slash, such as {{name}}."),
    ),
    "template.double_slash": Message(
        QT_TRANSLATE_NOOP("messages", "There are two slashes in a row."),
        QT_TRANSLATE_NOOP("messages", "In a bucket that makes a folder without a name."),
        QT_TRANSLATE_NOOP("messages", "Remove one of them."),
    ),
    "template.dot_segments": Message(
        QT_TRANSLATE_NOOP("messages", "A folder of the path template is called “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "Browsers take that for “here” or “one up”, so the link would not open."),
        QT_TRANSLATE_NOOP("messages", "Give the folder another name, or remove it."),
    ),
    "template.empty_name": Message(
        QT_TRANSLATE_NOOP("messages", "Images could be left without a name."),
        QT_TRANSLATE_NOOP("messages", "Nothing in the last part of the path template is sure to give a name."),
        QT_TRANSLATE_NOOP("messages", "Add {{stem}} or {{hash:8}} to its last part."),
    ),
    "template.too_long": Message(
        QT_TRANSLATE_NOOP("messages", "The path template is too long."),
        QT_TRANSLATE_NOOP("messages", "Names would have at least {detail} bytes; S3 allows 1,024."),
        QT_TRANSLATE_NOOP("messages", "Shorten it."),
    ),
    "template.may_be_empty": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} may be empty, and nothing else gives a name."),
        QT_TRANSLATE_NOOP("messages", "An image without it would get no name, and fail."),
        QT_TRANSLATE_NOOP("messages", "Add {{stem}} before it."),
    ),
    "template.not_unique": Message(
        QT_TRANSLATE_NOOP("messages", "Two images can get the same name."),
        QT_TRANSLATE_NOOP("messages", "Nothing in the path template tells images of the same name apart."),
        QT_TRANSLATE_NOOP("messages", "Add {{hash:8}}."),
    ),
    "template.weak_unique": Message(
        QT_TRANSLATE_NOOP("messages", "Two images can, by chance, get the same name."),
        QT_TRANSLATE_NOOP("messages", "{detail} is too short to tell many images apart."),
        QT_TRANSLATE_NOOP("messages", "Use {{hash:8}} or {{random:6}} at least."),
    ),
    "template.no_extension": Message(
        QT_TRANSLATE_NOOP("messages", "Names will not end with the right extension."),
        QT_TRANSLATE_NOOP("messages", "Editors and web servers tell the type of an image by its extension."),
        QT_TRANSLATE_NOOP("messages", "End the path template with {{ext}}."),
    ),
    "template.unportable_character": Message(
        QT_TRANSLATE_NOOP("messages", "The path template has a character that Windows cannot save: {detail}"),
        QT_TRANSLATE_NOOP("messages", "S3 allows it, but a copy of the bucket on a disk may lose these files."),
        QT_TRANSLATE_NOOP("messages", "Replace it with a hyphen."),
    ),
    "template.adjusted_segment": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” will be written a little differently."),
        QT_TRANSLATE_NOOP(
            "messages", "Blanks or dots at its end, or a name that Windows keeps for itself, are changed."
        ),
        QT_TRANSLATE_NOOP("messages", "Choose another name if you need it exactly."),
    ),
}

KEY_FINDINGS: dict[str, Message] = {
    "key.empty_name": Message(
        QT_TRANSLATE_NOOP("messages", "No name is left for “{name}”."),
        QT_TRANSLATE_NOOP("messages", "The path template takes nothing from this image that could be a name."),
        QT_TRANSLATE_NOOP("messages", "Add {{hash:8}} to the path template, or rename the file; then add it again."),
    ),
    "key.too_long": Message(
        QT_TRANSLATE_NOOP("messages", "The name for “{name}” would be too long."),
        QT_TRANSLATE_NOOP("messages", "It would have {detail} bytes; S3 allows 1,024."),
        QT_TRANSLATE_NOOP("messages", "Shorten the folders in the path template, or leave out {{folder}}."),
    ),
    "key.needs_size": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is not known for “{name}”."),
        QT_TRANSLATE_NOOP("messages", "The size of this image in pixels cannot be told before it is sent."),
        QT_TRANSLATE_NOOP("messages", "Remove {detail} from the path template, then add the image again."),
    ),
    "key.address_needs_size": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is not known for “{name}”."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Kraken.io fetches this address itself, so the size in pixels is not known when the name is made.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Remove {detail} from the path template, choose a recipe with an exact size, or add the image as a file.",
        ),
    ),
    "key.bad_extension": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” cannot be the extension of “{name}”."),
        QT_TRANSLATE_NOOP("messages", "This is a fault of Kraken Desktop, not of the image."),
        QT_TRANSLATE_NOOP("messages", "Please report it with the log."),
    ),
    "key.unsafe": Message(
        QT_TRANSLATE_NOOP("messages", "The name for “{name}” would not be safe in a link."),
        QT_TRANSLATE_NOOP("messages", "In “{key}” the part “{detail}” would break it."),
        QT_TRANSLATE_NOOP("messages", "Use {{stem|slug}} in the path template, or rename the file; then add it again."),
    ),
}

EXPLANATIONS: dict[str, str] = {
    "variable.name": QT_TRANSLATE_NOOP("messages", "Name of the file with its extension"),
    "variable.stem": QT_TRANSLATE_NOOP("messages", "Name of the file without its extension"),
    "variable.ext": QT_TRANSLATE_NOOP("messages", "Extension of the result, with its dot"),
    "variable.hash": QT_TRANSLATE_NOOP("messages", "Fingerprint of image and recipe, here its first 8 characters"),
    "variable.date": QT_TRANSLATE_NOOP("messages", "Date and time of the drop, here year and month"),
    "variable.counter": QT_TRANSLATE_NOOP("messages", "Place in the drop, here with 3 digits"),
    "variable.folder": QT_TRANSLATE_NOOP("messages", "Folder of the file, from the dropped folder on"),
    "variable.width": QT_TRANSLATE_NOOP("messages", "Width of the result in pixels"),
    "variable.height": QT_TRANSLATE_NOOP("messages", "Height of the result in pixels"),
    "variable.variant": QT_TRANSLATE_NOOP("messages", "Name of the variant, if the recipe makes several"),
    "variable.uuid": QT_TRANSLATE_NOOP("messages", "A long name that is never used twice"),
    "variable.random": QT_TRANSLATE_NOOP("messages", "Random letters and digits, here 6"),
    "variable.profile": QT_TRANSLATE_NOOP("messages", "Name of the profile"),
    "filter.slug": QT_TRANSLATE_NOOP("messages", "Small letters, digits and hyphens only"),
    "filter.lower": QT_TRANSLATE_NOOP("messages", "Small letters"),
}
