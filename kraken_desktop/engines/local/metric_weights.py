"""The constants of SSIMULACRA2, version 2.1.

Facts published with libjxl (``tools/ssimulacra2.cc`` and ``lib/jxl/opsin_params.h``), whose notice reads:
Copyright (c) the JPEG XL Project Authors. All rights reserved. Use of this source code is governed by a BSD-style
license (BSD-3-Clause).
"""

from __future__ import annotations

from typing import NamedTuple


class Norms(NamedTuple):
    """What one norm of the three error maps of one channel at one scale weighs."""

    structure: float
    """Of the SSIM error."""
    artifact: float
    """Of edges that the original does not have."""
    lost: float
    """Of detail that only the original has."""


# For each channel (X, Y, B - Y) and each of six scales, from full size down: the mean, then the 4-norm.
WEIGHTS: tuple[tuple[tuple[Norms, Norms], ...], ...] = (
    (
        (Norms(0.0, 0.0007376606707406586, 0.0), Norms(0.0, 0.0007793481682867309, 0.0)),
        (
            Norms(0.0, 0.0004371155730107379, 0.0),
            Norms(1.1041726426657346, 0.00066284834129271, 0.00015231632783718752),
        ),
        (Norms(0.0, 0.0016406437456599754, 0.0), Norms(1.8422455520539298, 11.441172603757666, 0.0)),
        (Norms(0.0007989109436015163, 0.000176816438078653, 0.0), Norms(1.8787594979546387, 10.94906990605142, 0.0)),
        (
            Norms(0.0007289346991508072, 0.9677937080626833, 0.0),
            Norms(0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053),
        ),
        (Norms(0.0004550992113792063, 0.0, 0.0), Norms(0.0013648766163243398, 0.0, 0.0)),
    ),
    (
        (Norms(0.0, 0.0, 0.0), Norms(7.466890328078848, 0.0, 17.445833984131262)),
        (Norms(0.0006235601634041466, 0.0, 0.0), Norms(6.683678146179332, 0.00037724407979611296, 1.027889937768264)),
        (Norms(225.20515300849274, 0.0, 0.0), Norms(19.213238186143016, 0.0011401524586618361, 0.001237755635509985)),
        (Norms(176.39317598450694, 0.0, 0.0), Norms(24.43300999870476, 0.28520802612117757, 0.0004485436923833408)),
        (Norms(0.0, 0.0, 0.0), Norms(34.77906344483772, 44.835625328877896, 0.0)),
        (Norms(0.0, 0.0, 0.0), Norms(0.0, 0.0, 0.0)),
    ),
    (
        (Norms(0.0, 0.0008680556573291698, 0.0), Norms(0.0, 0.0, 0.0)),
        (Norms(0.0, 0.0005313191874358747, 0.0), Norms(0.00016533814161379112, 0.0, 0.0)),
        (Norms(0.0, 0.0, 0.0), Norms(0.0004179171803251336, 0.0017290828234722833, 0.0)),
        (Norms(0.0020827005846636437, 0.0, 0.0), Norms(8.826982764996862, 23.19243343998926, 0.0)),
        (
            Norms(95.1080498811086, 0.9863978034400682, 0.9834382792465353),
            Norms(0.0012286405048278493, 171.2667255897307, 0.9807858872435379),
        ),
        (Norms(0.0, 0.0, 0.0), Norms(0.0005130064588990679, 0.0, 0.00010854057858411537)),
    ),
)

# From the weighted sum of all errors to a score: a factor, a cubic, and a power.
FACTOR = 0.9562382616834844
CUBIC = (2.326765642916932, -0.020884521182843837, 6.248496625763138e-05)
POWER = 0.6276336467831387

# Linear red, green and blue to what the three kinds of cones absorb.
ABSORBANCE = (
    (0.3, 0.622, 0.078),
    (0.23, 0.692, 0.078),
    (0.24342268924547819, 0.20476744424496821, 0.5518098665095536),
)
ABSORBANCE_BIAS = 0.0037930732552754493

# Half of a symmetric kernel, from its center: the impulse response of libjxl's recursive Gaussian of sigma 1.5.
BLUR = (0.2646211054881985, 0.2129285920104222, 0.1093353727774603, 0.0360111146583644, 0.00941436780965374)

# Against the division of nothing by nothing where a picture is flat.
STABILIZER = 0.0009
