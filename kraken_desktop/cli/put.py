"""``kraken-s3 put``: images in, links out, in the order they were named."""

from __future__ import annotations

import argparse
from typing import Any

from kraken_desktop.cli import recipe_options, report
from kraken_desktop.cli.console import Console, UsageError, chosen_profile, chosen_recipe, load_settings
from kraken_desktop.cli.forecast import tell_forecast
from kraken_desktop.cli.report import Report
from kraken_desktop.cli.work import add_jobs_option, run_jobs
from kraken_desktop.composition import Services
from kraken_desktop.intake import LeftOut, Refused, Repeated, expand
from kraken_desktop.model.job import Source
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.stores.settings import Settings


def add_parser(commands: Any, *, epilog: str) -> None:
    """Add ``put`` to the command line."""
    parser = commands.add_parser(
        "put",
        help="optimize images and store them",
        description="Optimize images and store them in the profile's bucket. Prints one link a line, in input order.",
        epilog=epilog,
    )
    parser.add_argument("sources", nargs="+", metavar="PATH|URL", help="an image, a folder of images, or an address")
    parser.add_argument("--profile", metavar="NAME", help="the destination; without it, the default profile")
    add_jobs_option(parser)
    parser.add_argument("--recipe", metavar="NAME", help="the recipe; without it, the profile's")
    recipe_options.add_options(parser)
    report.add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """Put the images. Returns the exit code."""
    settings = load_settings(services, console)
    profile = chosen_profile(arguments.profile, settings)
    recipe = _chosen_recipe(arguments, settings, profile)
    entries: list[Source | Refused] = []
    given = expand(arguments.sources, typed=True, buckets=settings.bucket_folders, copies=settings.copy_folders)
    for found in given:
        if isinstance(found, LeftOut):
            console.say(console.words.left_out(found.folder, found.counts))
        elif isinstance(found, Repeated):
            console.say(console.words.repeated(found.count))
        else:
            entries.append(found)
    if not entries:
        raise UsageError("kraken-s3: there is no image to put")
    jobs = services.new_jobs([each for each in entries if isinstance(each, Source)], profile, settings, recipe)
    tell_forecast(services, console, jobs)
    waiting = iter(jobs)
    order = [entry if isinstance(entry, Refused) else next(waiting) for entry in entries]
    told = Report(order, profile, console, as_json=arguments.json, link_format=arguments.link)
    concurrency = arguments.jobs or settings.preferences.concurrency
    return run_jobs(services, told, console, concurrency, [lambda runner: runner.submit(jobs)])


def _chosen_recipe(arguments: argparse.Namespace, settings: Settings, profile: Profile) -> Recipe:
    if arguments.recipe is not None:
        recipe = chosen_recipe(arguments.recipe, settings)
    else:
        recipe = settings.recipe(profile.recipe_id) or Recipe()
    return recipe_options.changed(recipe, arguments)
