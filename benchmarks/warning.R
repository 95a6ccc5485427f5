# What do the R packages surveillance and EpiEstim say? Writes long tables that warning.py reads.
#   Rscript benchmarks/warning.R FOLDER [--records: no findings]
suppressMessages({library(surveillance); library(EpiEstim)})
folder <- commandArgs(trailingOnly = TRUE)[1]
rows <- list()
keep <- function(case, series, at, what, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, series = series, at = at, what = what,
                                          value = sprintf("%.17g", as.numeric(value)))
}
# Series and records that the forecasts and nowcasts are tried on.
data(salmAllOnset); data(husO104Hosp); data(fluBYBW); data(campyDE); data(salmNewport); data(measlesDE)
table_of <- function(name, value) write.csv(value, file.path(folder, name), row.names = FALSE)
table_of("triangle.csv", control(salmAllOnset)$reportingTriangle$n)
table_of("records.csv", husO104Hosp)
table_of("weekly_flu.csv", observed(fluBYBW))
table_of("weekly_campylobacter.csv", data.frame(all = campyDE$case))
table_of("weekly_salmonella.csv", observed(salmNewport))
table_of("weekly_measles.csv", observed(measlesDE))
if ("--records" %in% commandArgs(trailingOnly = TRUE)) quit()
named <- c("abattoir", "h1_nrwrp", "hepatitisA", "k1", "m1", "m2", "m3", "m4", "m5", "n1", "n2",
           "q1_nrwh", "q2", "s1", "salmonella.agona")
read <- function(name) {
  suppressWarnings(data(list = name, package = "surveillance", envir = environment()))
  found <- get(name)
  as.numeric(if (inherits(found, "sts")) observed(found)[, 1] else rowSums(as.matrix(found$observed)))
}
series <- sapply(named, read)
for (name in named) keep("series", name, seq_along(series[[name]]), "count", series[[name]])
weekly <- function(x) sts(observed = matrix(x, ncol = 1), frequency = 52, start = c(2001, 1))
plans <- list(
  improved = list(noPeriods = 10, b = 3, w = 3, weightsThreshold = 2.58, pastWeeksNotIncluded = 26,
                  pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.005),
  muan = list(noPeriods = 10, b = 3, w = 3, weightsThreshold = 2.58, pastWeeksNotIncluded = 26,
              pThresholdTrend = 1, thresholdMethod = "muan", alpha = 0.005),
  delta = list(noPeriods = 10, b = 3, w = 3, weightsThreshold = 2.58, pastWeeksNotIncluded = 26,
               pThresholdTrend = 1, thresholdMethod = "delta", alpha = 0.005),
  five = list(noPeriods = 5, b = 3, w = 2, weightsThreshold = 2.58, pastWeeksNotIncluded = 20,
              pThresholdTrend = 0.05, thresholdMethod = "nbPlugin", alpha = 0.01),
  original = list(noPeriods = 1, b = 3, w = 3, weightsThreshold = 1, pastWeeksNotIncluded = 3,
                  pThresholdTrend = 0.05, thresholdMethod = "delta", alpha = 0.01),
  original_nb = list(noPeriods = 1, b = 3, w = 4, weightsThreshold = 1, pastWeeksNotIncluded = 4,
                     pThresholdTrend = 0.05, thresholdMethod = "nbPlugin", alpha = 0.01)
)
for (name in named) {
  x <- series[[name]]
  n <- length(x)
  s <- weekly(x)
  for (plan in names(plans)) {
    control <- plans[[plan]]
    first <- control$b * 52 + control$w + 1
    if (n < first + 2) next
    range <- max(first, n - 51):n
    control$range <- range
    control$glmWarnings <- FALSE
    found <- suppressWarnings(farringtonFlexible(s, control = control))
    case <- paste0("farrington_", plan)
    keep(case, name, range, "upper", found@upperbound[, 1])
    keep(case, name, range, "alarm", found@alarm[, 1])
    keep(case, name, range, "expected", found@control$expected[, 1])
    keep(case, name, range, "p", found@control$pvalue[, 1])
    keep(case, name, range, "dispersion", found@control$phiVector[, 1])
    keep(case, name, range, "trend", found@control$trendVector[, 1])
  }
  d <- suppressWarnings(sts2disProg(s))
  for (b in 3:4) {
    if (n < b * 52 + 4 + 20) next
    range <- max(b * 52 + 4, n - 51):n
    found <- suppressWarnings(algo.farrington(d, control = list(range = range, b = b, w = 3,
      reweight = TRUE, verbose = FALSE, alpha = 0.01, trend = TRUE, limit54 = c(5, 4),
      powertrans = "2/3")))
    case <- paste0("classic_", b)
    keep(case, name, range, "upper", found$upperbound)
    keep(case, name, range, "alarm", found$alarm)
    keep(case, name, range, "trend", found$trend)
  }
  for (method in c("C1", "C2", "C3")) {
    range <- (if (method == "C3") 12 else if (method == "C2") 10 else 8):n
    found <- earsC(s, control = list(range = range, method = method, baseline = 7, minSigma = 0.5,
                                     alpha = 0.001))
    keep(method, name, range, "upper", found@upperbound[, 1])
    keep(method, name, range, "alarm", found@alarm[, 1])
  }
  range <- 105:n
  for (trans in c("standard", "rossi", "anscombe", "pearsonNegBin", "anscombeNegBin")) {
    found <- algo.cusum(d, control = list(range = range, k = 1.04, h = 2.26, m = NULL,
                                          trans = trans, alpha = 0.3))
    keep(paste0("cusum_", trans), name, range, "sum", found$cusum)
    keep(paste0("cusum_", trans), name, range, "alarm", found$alarm)
    keep(paste0("cusum_", trans), name, range, "upper", found$upperbound)
  }
  found <- algo.cusum(d, control = list(range = range, k = 1.04, h = 2.26, m = "glm", trans = "rossi"))
  keep("cusum_glm", name, range, "sum", found$cusum)
  keep("cusum_glm", name, range, "expected", found$control$m)
  keep("cusum_glm", name, range, "alarm", found$alarm)
  for (alpha in c(0, 0.3)) {
    found <- try(glrnb(s, control = list(range = range, c.ARL = 5, alpha = alpha, dir = "inc",
      mu0 = list(S = 1, trend = TRUE), Mtilde = 1, M = -1, change = "intercept", theta = NULL)))
    if (inherits(found, "try-error")) next
    case <- if (alpha == 0) "glr_poisson" else "glr_negative_binomial"
    keep(case, name, range, "ratio", found@upperbound[, 1])
    keep(case, name, range, "expected", found@control$mu0)
    keep(case, name, range, "alarm", found@alarm[, 1])
  }
  for (k in 1:3) {
    control <- list(list(b = 0, w = 6, actY = TRUE), list(b = 1, w = 6, actY = TRUE),
                    list(b = 2, w = 4, actY = FALSE))[[k]]
    range <- (max(control$b * 52 + control$w, 13) + 1):n
    control$range <- range
    found <- algo.rki(d, control = control)
    keep(paste0("rki_", k), name, range, "upper", found$upperbound)
    keep(paste0("rki_", k), name, range, "alarm", found$alarm)
    control$alpha <- 0.05
    found <- algo.bayes(d, control = control)
    keep(paste0("bayes_", k), name, range, "upper", found$upperbound)
    keep(paste0("bayes_", k), name, range, "alarm", found$alarm)
  }
  range <- (n - 51):n
  found <- outbreakP(s, control = list(range = range, k = 100, ret = "value"))
  keep("outbreak_p", name, range, "ratio", found@upperbound[, 1])
  keep("outbreak_p", name, range, "alarm", found@alarm[, 1])
}
known <- c("Flu1918", "Flu2009", "Measles1861", "SARS2003", "Smallpox1972")
out <- function(case, name, found) {
  at <- found$R$t_end
  keep(case, name, at, "mean", found$R[["Mean(R)"]])
  keep(case, name, at, "sd", found$R[["Std(R)"]])
  keep(case, name, at, "low", found$R[["Quantile.0.025(R)"]])
  keep(case, name, at, "median", found$R[["Median(R)"]])
  keep(case, name, at, "high", found$R[["Quantile.0.975(R)"]])
}
quiet <- function(...) suppressMessages(suppressWarnings(...))
outbreak <- function(name, cases, si) {
  keep("outbreak", name, seq_along(cases), "cases", cases)
  keep("outbreak", name, seq_along(si) - 1, "interval", si)
  for (w in c(1, 3, 7, 14)) {
    t <- length(cases)
    if (t < w + 3) next
    config <- make_config(list(t_start = 2:(t - w + 1), t_end = (w + 1):t, si_distr = si))
    out(paste0("cori_", w), name, quiet(estimate_R(cases, method = "non_parametric_si", config = config)))
    found <- quiet(wallinga_teunis(cases, method = "non_parametric_si",
      config = list(t_start = 2:(t - w + 1), t_end = (w + 1):t, si_distr = si, n_sim = 100)))
    keep(paste0("cohort_", w), name, found$R$t_end, "mean", found$R[["Mean(R)"]])
  }
}
for (name in known) {
  data(list = name, package = "EpiEstim")
  found <- get(name)
  cases <- if (is.data.frame(found$incidence)) found$incidence$I else found$incidence
  outbreak(name, as.numeric(cases), as.numeric(found$si_distr))
}
data(MockRotavirus); data(flu_2009_NYC_school); data(mers_2014_15)
for (item in list(list("MockRotavirus", MockRotavirus$incidence, 5, 2),
                  list("flu_2009_NYC_school", flu_2009_NYC_school$incidence$I, 2.6, 1.2))) {
  cases <- as.numeric(if (is.data.frame(item[[2]])) item[[2]]$I else item[[2]])
  si <- discr_si(0:max(60, length(cases)), item[[3]], item[[4]])
  outbreak(item[[1]], cases, si / sum(si))
}
mers <- mers_2014_15$incidence
keep("outbreak", "mers_2014_15", seq_len(nrow(mers)), "cases", mers$local + mers$imported)
keep("outbreak", "mers_2014_15", seq_len(nrow(mers)), "imported", mers$imported)
si <- discr_si(0:200, 6.8, 4.1); si <- si / sum(si)
keep("outbreak", "mers_2014_15", seq_along(si) - 1, "interval", si)
for (w in c(7, 14)) {
  t <- nrow(mers)
  config <- make_config(list(t_start = 2:(t - w + 1), t_end = (w + 1):t, si_distr = si,
                             mean_prior = 2, std_prior = 1))
  out(paste0("imported_", w), "mers_2014_15",
      quiet(estimate_R(mers, method = "non_parametric_si", config = config)))
}
for (m in list(c(8.4, 3.8), c(2.6, 1.5), c(15, 9))) {
  keep("discretised", paste0(m[1], "_", m[2]), 0:60, "chance", discr_si(0:60, m[1], m[2]))
}
set.seed(1)
config <- make_config(list(mean_si = 8.4, std_mean_si = 1, min_mean_si = 6, max_mean_si = 11,
  std_si = 3.8, std_std_si = 0.5, min_std_si = 2.5, max_std_si = 5, n1 = 500, n2 = 100, seed = 1))
data(SARS2003)
out("uncertain", "SARS2003",
    quiet(estimate_R(SARS2003$incidence, method = "uncertain_si", config = config)))
write.csv(do.call(rbind, rows), file.path(folder, "r.csv"), row.names = FALSE, quote = FALSE)
