"""Words for what is wrong or unwise in a recipe."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

RECIPE_FINDINGS: dict[str, Message] = {
    "resize.no_side": Message(
        QT_TRANSLATE_NOOP("messages", "The width and the height are both open."),
        QT_TRANSLATE_NOOP("messages", "Without one of them there is no limit."),
        QT_TRANSLATE_NOOP("messages", "Enter a width, a height or both, or choose the original size."),
    ),
    "resize.one_side": Message(
        QT_TRANSLATE_NOOP("messages", "The width or the height is missing."),
        QT_TRANSLATE_NOOP("messages", "An exact size needs both."),
        QT_TRANSLATE_NOOP("messages", "Enter both."),
    ),
    "resize.enlarges": Message(
        QT_TRANSLATE_NOOP("messages", "Images smaller than {detail} are enlarged."),
        QT_TRANSLATE_NOOP("messages", "An exact size is made of every image, and enlarged ones look blurred."),
        QT_TRANSLATE_NOOP("messages", "Choose “at most” to leave small images as they are."),
    ),
    "resize.enlarges_this": Message(
        QT_TRANSLATE_NOOP("messages", "This image is enlarged to {detail}."),
        QT_TRANSLATE_NOOP("messages", "It has fewer pixels than that, so it will look blurred."),
        QT_TRANSLATE_NOOP("messages", "Choose a smaller size, or “at most” to leave small images as they are."),
    ),
    "convert.animation": Message(
        QT_TRANSLATE_NOOP("messages", "Animations come to a stop."),
        QT_TRANSLATE_NOOP("messages", "A {detail} holds one picture: only the first one of an animation stays."),
        QT_TRANSLATE_NOOP("messages", "Choose WebP or AVIF, or the same format, for animations."),
    ),
    "recipe_id.animation_with_kraken": Message(
        QT_TRANSLATE_NOOP("messages", "Animations may come to a stop."),
        QT_TRANSLATE_NOOP(
            "messages", "Kraken.io does not say what becomes of an animation that gets a new size or format."
        ),
        QT_TRANSLATE_NOOP(
            "messages", "Choose this computer’s engine, or a recipe that changes neither, for animations."
        ),
    ),
    "recipe_id.sandbox_with_local": Message(
        QT_TRANSLATE_NOOP("messages", "The recipe’s test has no effect here."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Only Kraken.io has a sandbox. This computer’s engine really makes the images, and they are stored.",
        ),
        QT_TRANSLATE_NOOP("messages", "Choose another recipe, or let Kraken.io do the work."),
    ),
    "convert.few_colors": Message(
        QT_TRANSLATE_NOOP("messages", "A GIF has 256 colors at most."),
        QT_TRANSLATE_NOOP("messages", "Photos look coarse in it, and their files are large."),
        QT_TRANSLATE_NOOP("messages", "Choose WebP or JPEG for photos."),
    ),
    "background.not_a_color": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not a color."),
        QT_TRANSLATE_NOOP("messages", "A color is written as # and three or six of the signs 0 to 9 and a to f."),
        QT_TRANSLATE_NOOP("messages", "Write it like #ffffff, or choose it with the button."),
    ),
    "variants.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The set has no image yet."),
        QT_TRANSLATE_NOOP("messages", "Nothing would be made."),
        QT_TRANSLATE_NOOP("messages", "Make the set from widths and formats, add an image, or choose one image."),
    ),
    "variants.too_many": Message(
        QT_TRANSLATE_NOOP("messages", "The set has {detail} images."),
        QT_TRANSLATE_NOOP("messages", "Ten are the most that are made of one image."),
        QT_TRANSLATE_NOOP("messages", "Leave out a width or a format, or remove some."),
    ),
    "variants.unnamed": Message(
        QT_TRANSLATE_NOOP("messages", "An image of the set has no name."),
        QT_TRANSLATE_NOOP("messages", "Its name tells it from the others, in the bucket too."),
        QT_TRANSLATE_NOOP("messages", "Enter a name, such as small."),
    ),
    "variants.characters": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” cannot be the name of an image of a set."),
        QT_TRANSLATE_NOOP("messages", "It becomes a part of the name in the bucket, and of the link."),
        QT_TRANSLATE_NOOP("messages", "Use at most 64 letters from a to z, digits, dots, hyphens and underscores."),
    ),
    "variants.duplicate": Message(
        QT_TRANSLATE_NOOP("messages", "Two images of the set are named “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "One would take the place of the other; upper and lower case do not count."),
        QT_TRANSLATE_NOOP("messages", "Give one of them another name."),
    ),
    "variants.same_key": Message(
        QT_TRANSLATE_NOOP("messages", "Two images of the set would be stored as “{detail}”."),
        QT_TRANSLATE_NOOP("messages", "One would take the place of the other: not every disk tells A from a."),
        QT_TRANSLATE_NOOP("messages", "Give the images of the set other names, in the recipe."),
    ),
}
