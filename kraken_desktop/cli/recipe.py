"""``kraken-s3 recipe``: what is done to images."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kraken_desktop.cli.console import Console, UsageError, chosen_recipe, load_settings, typed_name
from kraken_desktop.cli.recipe_options import add_options, changed
from kraken_desktop.cli.variant_options import SYNTAX
from kraken_desktop.composition import Services
from kraken_desktop.model.profile_rules import check_name
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.recipe_rules import check_recipe
from kraken_desktop.model.recipes import named
from kraken_desktop.model.records import to_record


def add_parser(commands: Any) -> None:
    """Add ``recipe`` to the command line."""
    parser = commands.add_parser("recipe", help="what is done to images", description="What is done to images.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action, text, told in (
        ("add", "make a recipe", "Make a recipe."),
        ("edit", "change what is named, keep the rest", "Change what is named, keep the rest."),
    ):
        each = actions.add_parser(
            action,
            help=text,
            description=told,
            epilog=SYNTAX,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        each.add_argument("name", metavar="NAME", help="how it is called")
        if action == "add":
            each.add_argument("--like", metavar="NAME", help="begin with what this recipe does")
        else:
            each.add_argument("--name", dest="new_name", metavar="NAME", help="another name")
        add_options(each)
        each.set_defaults(run=_add if action == "add" else _edit)
    told = "the names as they may be typed, and what each does"
    actions.add_parser("list", help=told, description=f"Print {told}.").set_defaults(run=_list)
    for action, text, told, run in (
        ("show", "all of it, as JSON", "Print all of it, as JSON.", _show),
        (
            "remove",
            "forget a recipe; a built-in one becomes again what it was at first",
            "Forget a recipe. A built-in one becomes again what it was at first.",
            _remove,
        ),
    ):
        each = actions.add_parser(action, help=text, description=told)
        each.add_argument("name", metavar="NAME", help="the recipe")
        each.set_defaults(run=run)


def _add(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    _require_free(arguments.name, settings.every_recipe)
    like = chosen_recipe(arguments.like, settings) if arguments.like is not None else Recipe()
    return _save(arguments, services, console, replace(like, id=str(uuid.uuid4()), name=arguments.name.strip()))


def _edit(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    recipe = chosen_recipe(arguments.name, settings)
    if arguments.new_name is not None:
        _require_free(arguments.new_name, [each for each in settings.every_recipe if each.id != recipe.id])
        recipe = replace(recipe, name=arguments.new_name.strip())
    return _save(arguments, services, console, recipe)


def _require_free(name: str, recipes: Sequence[Recipe]) -> None:
    if any(check_name(name)):
        raise UsageError("kraken-s3: a recipe needs a name")
    other = named(recipes, name)
    if other is not None:
        raise UsageError(f"kraken-s3: there is a recipe {other.name!r} already; change it with: recipe edit")


def _save(arguments: argparse.Namespace, services: Services, console: Console, before: Recipe) -> int:
    recipe = changed(before, arguments)
    for finding in check_recipe(recipe):
        console.message(console.words.finding(finding))
    services.settings.update(lambda now: now.with_recipe(recipe))
    console.say(f"{recipe.name}: {console.words.recipe(recipe)}")
    return 0


def _list(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    recipes = load_settings(services, console).every_recipe
    names = [typed_name(each, recipes) for each in recipes]
    width = max(map(len, names))
    for name, recipe in zip(names, recipes, strict=True):
        console.print(f"{name:{width}}  {console.words.recipe(recipe)}")
    return 0


def _show(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    recipe = chosen_recipe(arguments.name, load_settings(services, console))
    console.print(json.dumps(to_record(recipe), indent=2))
    return 0


def _remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    recipe = chosen_recipe(arguments.name, settings)
    after = services.settings.update(lambda now: now.without_recipe(recipe.id))
    first = after.recipe(recipe.id)
    if first is not None:
        console.say(f"{first.name} is built in and stays: it is again what it was at first.")
        console.say(f"{first.name}: {console.words.recipe(first)}")
        return 0
    users = [profile.name for profile in settings.profiles if profile.recipe_id == recipe.id]
    if users:
        console.say(f"{', '.join(users)}: from now on with the recipe {after.every_recipe[0].name}")
    return 0
